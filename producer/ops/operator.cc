#include "producer/ops/operator.h"

#include <algorithm>
#include <utility>

namespace utboks {
namespace {

// Large enough to share a commit, small enough that a worker waits for no one.
constexpr std::size_t kGroup = 100;
constexpr int kPage = 500;
constexpr int kPurgeStep = 500;

}  // namespace

std::string_view DecisionName(Decision decision) {
  switch (decision) {
    case Decision::kHold:
      return "hold";
    case Decision::kRelease:
      return "release";
    case Decision::kReplay:
      return "replay";
    case Decision::kCancel:
      return "cancel";
    case Decision::kClose:
      return "close";
  }
  return "";
}

std::vector<State> StatesFor(Decision decision) {
  switch (decision) {
    case Decision::kHold:
      return {State::kDue, State::kInDoubt};
    case Decision::kRelease:
      return {State::kHeld};
    case Decision::kReplay:
      return {State::kHeld, State::kRejected};
    case Decision::kCancel:
      return {State::kDue, State::kHeld, State::kRejected};
    case Decision::kClose:
      return {State::kAccepted, State::kHeld, State::kRejected, State::kInDoubt};
  }
  return {};
}

Status Operator::List(const Filter& filter, const std::function<bool(const MessageView&)>& see) {
  Filter page = filter;
  int left = filter.limit;
  while (true) {
    page.limit = left == 0 ? kPage : std::min(left, kPage);
    const auto rows = reader_.List(page);
    if (!rows.ok()) return rows.status();
    for (const MessageView& row : *rows) {
      if (!see(row)) return Status();
    }
    const int got = static_cast<int>(rows->size());
    if (got < page.limit) return Status();
    if (left != 0 && (left -= got) == 0) return Status();
    page.below = rows->back().seq;
  }
}

Result<MessageView> Operator::One(std::string_view text) {
  auto found = reader_.Find(text, false);
  if (!found.ok()) return found.status();
  if (found->empty()) {
    return Status(Code::kNotFound,
                  "no message has this id or identifier; look for it with `utboks list`");
  }
  return std::move(found->front());
}

void Selection::Add(const MessageView& message) {
  ids.push_back(message.id);
  const auto same = std::find_if(causes.begin(), causes.end(), [&](const Cause& cause) {
    return cause.state == message.state && cause.ressurs == message.ressurs &&
           cause.reason == message.reason;
  });
  if (same != causes.end()) {
    ++same->count;
  } else {
    causes.push_back({message.state, message.ressurs, message.reason, 1});
  }
}

Result<Selection> Operator::Freeze(const Filter& filter) {
  Selection selection;
  UTBOKS_RETURN_IF_ERROR(List(filter, [&](const MessageView& row) {
    selection.Add(row);
    return true;
  }));
  std::reverse(selection.ids.begin(), selection.ids.end());
  std::stable_sort(selection.causes.begin(), selection.causes.end(),
                   [](const auto& one, const auto& two) { return one.count > two.count; });
  return selection;
}

Status Operator::Do(Decision decision, const std::vector<Uuid>& ids, const ActOptions& options,
                    const Actor& actor, std::vector<Acted>* done, const Progress& progress) {
  for (std::size_t from = 0; from < ids.size(); from += kGroup) {
    const std::size_t to = std::min(ids.size(), from + kGroup);
    Act act;
    act.decision = decision;
    act.ids.assign(ids.begin() + static_cast<std::ptrdiff_t>(from),
                   ids.begin() + static_cast<std::ptrdiff_t>(to));
    act.actor = actor.name;
    act.why = actor.why;
    act.may_be_registered = options.may_be_registered;
    act.again = options.again;
    act.after_followers = options.after_followers;
    const bool sends = decision == Decision::kRelease || decision == Decision::kReplay;
    UTBOKS_RETURN_IF_ERROR(sends ? DoValidated(std::move(act), done) : DoGroup(act, done));
    if (progress) progress(to);
  }
  return Status();
}

Status Operator::DoGroup(const Act& act, std::vector<Acted>* done) {
  auto acted = desk_.Do(act);
  if (!acted.ok()) return acted.status();
  for (Acted& one : *acted) done->push_back(std::move(one));
  return Status();
}

// Each document is held against the contracts as they are now; what stands next
// to each other and was accepted by the same schema is acted on in one commit,
// so that the order of the ids is kept.
Status Operator::DoValidated(Act act, std::vector<Acted>* done) {
  const std::vector<Uuid> ids = std::exchange(act.ids, {});
  const auto flush = [&]() -> Status {
    if (act.ids.empty()) return Status();
    Status status = DoGroup(act, done);
    act.ids.clear();
    return status;
  };
  for (const Uuid& id : ids) {
    auto checked = Revalidate(reader_, revalidator_, id);
    if (!checked.ok()) return checked.status();
    Status& refused = checked->refused;
    Revalidator::Accepted& accepted = checked->accepted;
    if (!refused.ok()) {
      UTBOKS_RETURN_IF_ERROR(flush());
      Acted stays;
      stays.id = id;
      stays.status = std::move(refused);
      const auto view = reader_.Find(FormatUuid(id), false);
      if (view.ok() && !view->empty()) stays.from = stays.to = view->front().state;
      done->push_back(std::move(stays));
      continue;
    }
    if (accepted.edition != act.edition || accepted.schema_hash != act.schema_hash) {
      UTBOKS_RETURN_IF_ERROR(flush());
      act.edition = std::move(accepted.edition);
      act.schema_hash = std::move(accepted.schema_hash);
    }
    act.ids.push_back(id);
  }
  return flush();
}

Status Operator::Pause(std::string_view gate, std::optional<WallTime> until, const Actor& actor) {
  return desk_.PauseGate(gate, until, actor.name, actor.why);
}

Status Operator::Resume(std::string_view gate, const Actor& actor) {
  return desk_.ResumeGate(gate, actor.name, actor.why);
}

Status Operator::Acknowledge(std::string_view alarm, const Actor& actor) {
  return desk_.Acknowledge(alarm, actor.name, actor.why);
}

Result<Payload> Operator::ReadContent(const Uuid& id, const Actor& actor) {
  UTBOKS_RETURN_IF_ERROR(desk_.AuditReading(id, actor.name));
  return reader_.Content(id);
}

Status Operator::Purge(const Retention& retention, const std::stop_token& stop, Desk::Purged* done,
                       const Progress& progress) {
  while (!stop.stop_requested()) {
    const auto step = desk_.Purge(retention.content_after, retention.record_after,
                                  retention.feed_read, kPurgeStep);
    if (!step.ok()) return step.status();
    done->closed += step->closed;
    done->contents += step->contents;
    done->records += step->records;
    if (step->closed == 0 && step->contents == 0 && step->records == 0) return Status();
    if (progress) progress(static_cast<std::size_t>(done->closed + done->contents + done->records));
  }
  return Status();
}

}  // namespace utboks
