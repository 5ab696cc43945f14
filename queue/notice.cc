#include "queue/notice.h"

namespace utboks {

std::string_view NoticeStateName(NoticeState state) {
  switch (state) {
    case NoticeState::kOpen:
      return "open";
    case NoticeState::kResolved:
      return "resolved";
    case NoticeState::kPlanned:
      return "planned";
    case NoticeState::kCalledOff:
      break;
  }
  return "called_off";
}

}  // namespace utboks
