// `replay --edit`: a corrected document in the place of a message.
#pragma once

#include <string>
#include <vector>

#include "producer/app/console.h"
#include "producer/app/parts.h"

namespace utboks::app {

struct Edit {
  std::string file;                  // the corrected document; "-" reads it
  std::vector<std::string> vedlegg;  // its attachments
  std::string message;               // the one it comes in place of
  bool after_followers = false;
  SensitiveText why;
};
// The exit code.
Result<int> ReplaceMessage(Parts& parts, const Edit& edit, Console& console);

}  // namespace utboks::app
