#include <utboks/message.h>
#include <utboks/status.h>

namespace utboks::outbox {

const char* CodeName(Code code) noexcept {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kInvalid:
      return "invalid";
    case Code::kTaken:
      return "taken";
    case Code::kLeftOut:
      return "left-out";
    case Code::kUnknownRessurs:
      return "unknown-ressurs";
    case Code::kNotFound:
      return "not-found";
    case Code::kBusy:
      return "busy";
    case Code::kFull:
      return "full";
    case Code::kUnreachable:
      return "unreachable";
    case Code::kOutdated:
      return "outdated";
    case Code::kConfig:
      return "config";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kAltered:
      return "altered";
    case Code::kInternal:
      return "internal";
  }
  return "unknown";
}

const char* StateName(State state) noexcept {
  switch (state) {
    case State::kReceived:
      return "received";
    case State::kDue:
      return "due";
    case State::kSending:
      return "sending";
    case State::kInDoubt:
      return "in_doubt";
    case State::kHeld:
      return "held";
    case State::kAccepted:
      return "accepted";
    case State::kClosed:
      return "closed";
    case State::kRejected:
      return "rejected";
    case State::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace utboks::outbox
