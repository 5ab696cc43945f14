#include "producer/embed/values.h"

#include <chrono>
#include <utility>

#include "producer/domain/media_type.h"

namespace utboks::embed {
namespace {

outbox::Code PublicCode(Code code) {
  switch (code) {
    case Code::kOk:
      return outbox::Code::kOk;
    case Code::kInvalid:
      return outbox::Code::kInvalid;
    case Code::kExists:
      return outbox::Code::kTaken;
    case Code::kNotFound:
      return outbox::Code::kNotFound;
    case Code::kUsage:
      return outbox::Code::kUnknownRessurs;
    case Code::kUnreachable:
      return outbox::Code::kUnreachable;
    case Code::kBusy:
      return outbox::Code::kBusy;
    case Code::kFull:
      return outbox::Code::kFull;
    case Code::kOutdated:
      return outbox::Code::kOutdated;
    case Code::kUnreadable:
    case Code::kSuperseded:
    case Code::kConfig:
      return outbox::Code::kConfig;
    case Code::kCorrupt:
      return outbox::Code::kCorrupt;
    case Code::kAltered:
      return outbox::Code::kAltered;
    case Code::kCancelled:
      return outbox::Code::kLeftOut;
    case Code::kConflict:  // of corrections alone, which are not handed in here
    case Code::kInternal:
      break;
  }
  return outbox::Code::kInternal;
}

// Rounded up: never earlier than asked for.
WallTime NotBefore(outbox::Time time) {
  return std::chrono::ceil<Millis>(time);
}

}  // namespace

outbox::Status Public(const Status& status) {
  return {PublicCode(status.code()), status.text()};
}

outbox::State Public(State state) {
  switch (state) {
    case State::kReceived:
      return outbox::State::kReceived;
    case State::kDue:
      return outbox::State::kDue;
    case State::kSending:
      return outbox::State::kSending;
    case State::kInDoubt:
      return outbox::State::kInDoubt;
    case State::kHeld:
      return outbox::State::kHeld;
    case State::kAccepted:
      return outbox::State::kAccepted;
    case State::kClosed:
      return outbox::State::kClosed;
    case State::kRejected:
      return outbox::State::kRejected;
    case State::kCancelled:
      break;
  }
  return outbox::State::kCancelled;
}

outbox::Answer Public(Answer answer) {
  outbox::Answer out;
  out.status = Public(answer.status);
  const bool there = answer.status.ok() || answer.status.code() == Code::kExists;
  if (there && answer.inserted.id != Uuid{}) {
    out.id = FormatUuid(answer.inserted.id);
    out.state = Public(answer.inserted.state);
    out.is_new = answer.status.ok() && answer.inserted.is_new;
  }
  out.identifikator = std::move(answer.identifikator.reveal());
  out.edition = std::move(answer.edition);
  out.violations.reserve(answer.violations.size());
  for (Violation& one : answer.violations) {
    out.violations.push_back({std::move(one.rule), one.line, one.column, std::move(one.path),
                              std::move(one.text), one.warning});
  }
  out.more_violations = answer.more_violations;
  return out;
}

outbox::Message Public(const MessageView& view) {
  outbox::Message out;
  out.id = FormatUuid(view.id);
  out.identifikator = view.identifikator.reveal();
  out.ressurs = view.ressurs;
  out.edition = view.edition;
  out.state = Public(view.state);
  out.reason = view.reason;
  out.received = view.received;
  if (view.due) out.due = *view.due;
  out.attempts = view.attempts;
  out.unanswered = view.unanswered;
  out.reference = view.reference;
  return out;
}

Incoming Internal(outbox::Document document, const std::string& actor) {
  Incoming in;
  in.ressurs = std::move(document.ressurs);
  in.document = SensitiveText(std::move(document.bytes));
  in.attachments.reserve(document.attachments.size());
  for (outbox::Attachment& one : document.attachments) {
    std::string type = one.type.empty() ? std::string(MediaTypeOf(one.name)) : std::move(one.type);
    in.attachments.push_back(
        {SensitiveText(std::move(one.name)), std::move(type), SharedText(std::move(one.bytes))});
  }
  if (document.order_keys) {
    in.order_keys.emplace();
    for (std::string& key : *document.order_keys) in.order_keys->emplace_back(std::move(key));
  }
  if (document.not_before) in.not_before = NotBefore(*document.not_before);
  in.actor = actor;
  return in;
}

}  // namespace utboks::embed
