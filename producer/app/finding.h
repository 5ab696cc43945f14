// One line of `utboks doctor`.  Plain data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks::app {

enum class Grade {
  kOk,
  kWarn,  // it works, or nobody can tell from here: a person should look
  kFail,  // a worker would end with this, hold messages back, or keep no promise
};
std::string_view GradeName(Grade grade);  // "OK", "WARN", "FAIL"

struct Finding {
  std::string check;  // stable: "key-file", "head doedsfall_v1"
  Grade grade = Grade::kOk;
  std::string text;       // what was found
  std::string todo;       // "" when kOk
  Code code = Code::kOk;  // of kFail: what it would be of a command
};

// The first that applies of 78, 69 and 1; 0 when nothing failed.
int ExitCodeOf(std::span<const Finding> findings);

}  // namespace utboks::app
