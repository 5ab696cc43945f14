// What is done about a document that breaks a rule no schema holds, as the
// configuration says.
#pragma once

namespace utboks {

enum class Severity {
  kOff,      // not looked at
  kWarning,  // told, and the document is taken
  kError,    // the document is refused
};

}  // namespace utboks
