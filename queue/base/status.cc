#include "queue/base/status.h"

namespace utboks {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kInvalid:
      return "invalid";
    case Code::kExists:
      return "exists";
    case Code::kNotFound:
      return "not-found";
    case Code::kConflict:
      return "conflict";
    case Code::kUsage:
      return "usage";
    case Code::kUnreadable:
      return "unreadable";
    case Code::kUnreachable:
      return "unreachable";
    case Code::kInternal:
      return "internal";
    case Code::kBusy:
      return "busy";
    case Code::kFull:
      return "full";
    case Code::kOutdated:
      return "outdated";
    case Code::kSuperseded:
      return "superseded";
    case Code::kConfig:
      return "config";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kAltered:
      return "altered";
    case Code::kCancelled:
      return "cancelled";
  }
  return "internal";
}

int ExitCode(Code code) {
  switch (code) {
    case Code::kOk:
    case Code::kCancelled:
      return 0;
    case Code::kInvalid:
    case Code::kExists:
    case Code::kNotFound:
    case Code::kConflict:
      return 1;
    case Code::kUsage:
      return 2;
    case Code::kUnreadable:
      return 65;
    case Code::kUnreachable:
      return 69;
    case Code::kInternal:
      return 70;
    case Code::kBusy:
    case Code::kFull:
    case Code::kOutdated:
      return 75;
    case Code::kSuperseded:
    case Code::kConfig:
    case Code::kCorrupt:
    case Code::kAltered:
      return 78;
  }
  return 70;
}

}  // namespace utboks
