#include "producer/app/finding.h"

#include <algorithm>

namespace utboks::app {

std::string_view GradeName(Grade grade) {
  switch (grade) {
    case Grade::kOk:
      return "OK";
    case Grade::kWarn:
      return "WARN";
    case Grade::kFail:
      return "FAIL";
  }
  return "FAIL";
}

int ExitCodeOf(std::span<const Finding> findings) {
  int worst = 0;
  for (const Finding& finding : findings) {
    if (finding.grade != Grade::kFail) continue;
    const int own = ExitCode(finding.code);
    const bool named = own == ExitCode(Code::kConfig) || own == ExitCode(Code::kUnreachable);
    worst = std::max(worst, named ? own : 1);
  }
  return worst;
}

}  // namespace utboks::app
