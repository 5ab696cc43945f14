// What is wrong with a document, at one place in it.
#pragma once

#include <string>

namespace utboks {

// `rule` is a fixed name that scripts may rely on ("pattern", "doctype",
// "identifier-missing").  `line` and `column` count from 1, columns in
// characters; 0 means the document as a whole.  `path` leads from the root
// element to the element concerned ("/meldingOmDoedsfall/innsending"); an
// element that the schema does not know stands in it as "*".  `text` is one
// sentence.  Neither ever holds anything out of the document: no value, no
// unknown name.
struct Violation {
  std::string rule;
  int line = 0;
  int column = 0;
  std::string path;
  std::string text;
  bool warning = false;  // told, and the document is taken all the same

  bool operator==(const Violation&) const = default;
};

}  // namespace utboks
