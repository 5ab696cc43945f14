#include "queue/rows/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "queue/breaker.h"
#include "queue/disposition.h"
#include "queue/reason.h"
#include "queue/rows/order.h"
#include "queue/rows/received_view.h"
#include "queue/rows/refuse.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

Status NotFrom(const Uuid& id, State state, std::string_view what, std::string_view hint) {
  return Status(Code::kConflict,
                fmt::format("message {} is {}: {}{}{}", FormatUuid(id), StateName(state), what,
                            hint.empty() ? "" : "; ", hint));
}

Status NotLookedAt(const Uuid& id) {
  return Status(Code::kBusy,
                fmt::format("message {} was put in by SQL and is not looked at yet: nothing was "
                            "changed, try again in a moment",
                            FormatUuid(id)));
}

struct Step {
  State to;
  Cause cause;
  std::string_view reason;
};

Result<Step> Plan(const Act& act, const Uuid& id, const MessageRow& row) {
  const State state = row.facts.state;
  if (state == State::kSending) {
    return Status(Code::kBusy, fmt::format("message {} is being sent: nothing was changed, try "
                                           "again in a moment",
                                           FormatUuid(id)));
  }
  const State waiting = ReturnState(row.facts.unanswered);
  switch (act.decision) {
    case Decision::kHold:
      if (state == State::kDue || state == State::kInDoubt) {
        return Step{State::kHeld, Cause::kHold, reason::kOperator};
      }
      return NotFrom(id, state, "only due and in_doubt can be held", "");
    case Decision::kRelease:
      if (state == State::kHeld) return Step{waiting, Cause::kRelease, ""};
      return NotFrom(id, state, "only held can be released",
                     state == State::kRejected ? "use replay" : "");
    case Decision::kReplay:
      if (state == State::kHeld || state == State::kRejected) {
        return Step{waiting, Cause::kReplay, ""};
      }
      if (state == State::kAccepted || state == State::kClosed) {
        if (act.again) return Step{State::kDue, Cause::kReplayAgain, ""};
        return NotFrom(id, state, "the register has taken it",
                       "replay with --again only when the register has lost it");
      }
      return NotFrom(id, state, "only held and rejected can be replayed", "");
    case Decision::kCancel:
      if (state != State::kDue && state != State::kHeld && state != State::kRejected &&
          state != State::kInDoubt) {
        return NotFrom(id, state, "only due, held and rejected can be cancelled", "");
      }
      if ((state == State::kInDoubt || row.facts.unanswered) && !act.may_be_registered) {
        return NotFrom(id, state, "an attempt has had no answer, so it may be registered",
                       "cancel with --may-be-registered if that is known and dealt with");
      }
      return Step{State::kCancelled, Cause::kCancel, reason::kOperator};
    case Decision::kClose:
      if (state == State::kAccepted || state == State::kHeld || state == State::kRejected ||
          state == State::kInDoubt) {
        return Step{State::kClosed, Cause::kClose, reason::kManual};
      }
      return NotFrom(id, state, "only accepted, held, rejected and in_doubt can be closed", "");
  }
  return Status(Code::kInternal, "an unknown decision");
}

// A message that left its keys, and whose followers have gone on without it, is
// refused.  It may stand in them again: a blame run puts back what it holds.
Status CheckFollowers(Work& work, const Act& act, MessageRow& row, Status* refused) {
  const Result<std::string> keys = ReadKeys(work.db, row.facts.seq);
  if (!keys.ok()) return keys.status();
  const Result<std::optional<MessageSeq>> sent = SentFollower(work.db, row.facts.seq, *keys);
  if (!sent.ok()) return sent.status();
  if (!sent->has_value()) return Status();
  if (!act.after_followers) {
    const Result<MessageRow> follower = work.messages.Read(**sent);
    if (!follower.ok() && follower.code() != Code::kNotFound) return follower.status();
    const std::string which =
        follower.ok() ? "message " + FormatUuid(follower->id) : "a message, purged by now,";
    *refused = Status(
        Code::kConflict,
        fmt::format("message {} would overtake backwards: {} on the same person has been sent "
                    "since; replay with --after-followers if the register is to get it after that "
                    "one",
                    FormatUuid(row.id), which));
    return Status();
  }
  const Result<std::optional<MessageSeq>> under_way =
      FollowerUnderWay(work.db, row.facts.seq, *keys);
  if (!under_way.ok()) return under_way.status();
  row.after_followers = under_way->has_value();
  if (row.after_followers) work.someone_after_followers = true;
  return Status();
}

Status CheckContent(Work& work, const MessageRow& row, Status* refused) {
  const Result<bool> never_valid = IsRefused(work.db, row.facts.seq);
  if (!never_valid.ok()) return never_valid.status();
  if (*never_valid) {
    *refused = NotFrom(row.id, row.facts.state, "it was refused before it could become a message",
                       "hand in the corrected document as a new one");
    return Status();
  }
  Query q = work.db.Prepare("SELECT 1 FROM content WHERE seq = ?");
  q.Bind(row.facts.seq);
  if (!q.Step() && q.status().ok()) {
    *refused = NotFrom(row.id, row.facts.state, "its content has been purged",
                       "hand in a new message if the register must have it");
  }
  return q.status();
}

Status GateAct(Work& work, GateRow& row, std::string_view word, std::string_view actor,
               const SensitiveText& why) {
  const std::string sealed = SealWhy(work, Uuid{}, why);
  NewEvent event;
  event.event = word;
  event.actor = actor;
  event.why = sealed;
  return AddGateEvent(work, row.nr, event);
}

}  // namespace

std::string SealWhy(Work& work, const Uuid& id, const SensitiveText& why) {
  return why.reveal().empty() ? std::string() : work.store.sealer.Seal(why.reveal(), id, "why");
}

Status ActOnRow(Work& work, const Act& act, const Uuid& id, MessageRow& row, Acted& acted) {
  acted.from = acted.to = row.facts.state;
  const Result<Step> step = Plan(act, id, row);
  if (!step.ok()) {
    acted.status = step.status();
    return Status();
  }
  const State before = row.facts.state;
  const bool sends_again = act.decision == Decision::kRelease || act.decision == Decision::kReplay;
  if (sends_again) {
    UTBOKS_RETURN_IF_ERROR(CheckContent(work, row, &acted.status));
    if (acted.status.ok()) UTBOKS_RETURN_IF_ERROR(CheckFollowers(work, act, row, &acted.status));
    if (!acted.status.ok()) return Status();
    // A message released from a blame run is judged on its own from now on: its
    // `blame` and `judged` stay, so that the same verdict is believed.
    row.facts.due_at = row.not_before ? std::max(*row.not_before, work.now) : work.now;
    // The register lost what it had a receipt for: the next one is the first again.
    if (step->cause == Cause::kReplayAgain) row.receipt = 0;
    row.facts.first_failure.reset();
    row.facts.counted = 0;
    row.facts.doubts = 0;
    row.facts.crashes = 0;
    row.facts.last_backoff = Millis(0);
    row.waited_on = WaitedOn::kNothing;
    if (!act.edition.empty()) {
      Query q = work.db.Prepare("UPDATE record SET edition = ?, schema_hash = ? WHERE seq = ?");
      q.BindText(act.edition).BindText(act.schema_hash).Bind(row.facts.seq);
      UTBOKS_RETURN_IF_ERROR(q.Run());
    }
  }
  row.facts.state = step->to;
  row.facts.reason = step->reason;
  const std::string why = SealWhy(work, id, act.why);
  NewEvent event;
  event.reason = act.job.empty() ? std::string_view(row.facts.reason) : act.job;
  event.actor = act.actor;
  event.why = why;
  UTBOKS_RETURN_IF_ERROR(WriteChange(work, row, before, step->cause, event));
  acted.to = row.facts.state;
  return Status();
}

Result<MessageSeq> SeqOf(Connection& db, const Uuid& id) {
  for (const char* sql :
       {"SELECT seq FROM message WHERE id = ?", "SELECT seq FROM alias WHERE id = ?"}) {
    Query q = db.Prepare(sql);
    q.BindBlob(id);
    if (q.Step()) return q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  return Status(
      Code::kNotFound,
      fmt::format("there is no message {}; `utboks list` shows those there are", FormatUuid(id)));
}

Result<std::vector<Acted>> DoAct(Work& work, const Act& act) {
  std::vector<Acted> done;
  done.reserve(act.ids.size());
  for (const Uuid& id : act.ids) {
    Acted acted;
    acted.id = id;
    const Result<MessageSeq> seq = SeqOf(work.db, id);
    if (!seq.ok()) {
      if (seq.code() != Code::kNotFound) return seq.status();
      const Result<bool> received = IsReceived(work.db, id);
      if (!received.ok()) return received.status();
      acted.status = *received ? NotLookedAt(id) : seq.status();
      done.push_back(acted);
      continue;
    }
    Result<MessageRow> row = work.messages.Read(*seq);
    if (!row.ok()) return row.status();
    UTBOKS_RETURN_IF_ERROR(ActOnRow(work, act, id, *row, acted));
    done.push_back(acted);
  }
  UTBOKS_RETURN_IF_ERROR(WriteGates(work));
  return done;
}

Status PauseGateRow(Work& work, std::string_view gate, std::optional<WallTime> until,
                    std::string_view actor, const SensitiveText& why) {
  const Result<GateRow*> row = work.gates.Named(gate);
  if (!row.ok()) return row.status();
  Pause((*row)->gate, until, work.now);
  UTBOKS_RETURN_IF_ERROR(GateAct(work, **row, "paused", actor, why));
  return WriteGates(work);
}

Status ResumeGateRow(Work& work, std::string_view gate, std::string_view actor,
                     const SensitiveText& why) {
  const Result<GateRow*> row = work.gates.Named(gate);
  if (!row.ok()) return row.status();
  if (!Resume((*row)->gate, work.now)) {
    return Status(Code::kConflict,
                  fmt::format("{} is neither paused nor closed by a blame run: nothing to resume; "
                              "an outage opens by itself when a probe passes",
                              gate.empty() ? "the site" : gate));
  }
  UTBOKS_RETURN_IF_ERROR(GateAct(work, **row, "resumed", actor, why));
  return WriteGates(work);
}

Status AcknowledgeAlarm(Work& work, std::string_view alarm, std::string_view actor,
                        const SensitiveText& why) {
  std::int64_t seen = 0;
  {
    Query q = work.db.Prepare("DELETE FROM alarm WHERE name = ? AND until_seen = 1");
    q.BindText(alarm);
    const Result<std::int64_t> gone = q.RunCounting();
    if (!gone.ok()) return gone.status();
    seen = *gone;
  }
  if (seen == 0) {
    Query q = work.db.Prepare("SELECT 1 FROM alarm WHERE name = ? LIMIT 1");
    q.BindText(alarm);
    const bool stands = q.Step();
    UTBOKS_RETURN_IF_ERROR(q.status());
    if (stands) {
      return Status(
          Code::kConflict,
          fmt::format("alarm {} goes when its cause does; it cannot be acknowledged away", alarm));
    }
    return Status(Code::kNotFound, fmt::format("no alarm {} stands", alarm));
  }
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const std::string sealed = SealWhy(work, Uuid{}, why);
  NewEvent event;
  event.event = "acknowledged";
  event.reason = alarm;
  event.actor = actor;
  event.why = sealed;
  return AddGateEvent(work, kSite, event);
}

Status AuditReadingRow(Work& work, const Uuid& id, std::string_view actor) {
  const Result<MessageSeq> seq = SeqOf(work.db, id);
  if (!seq.ok()) return seq.status();
  Result<MessageRow> row = work.messages.Read(*seq);
  if (!row.ok()) return row.status();
  NewEvent event;
  event.event = kContentRead;
  event.from = row->facts.state;
  event.to = row->facts.state;
  event.actor = actor;
  UTBOKS_RETURN_IF_ERROR(AddEvent(work, *row, event));
  return work.messages.Write(*row);
}

}  // namespace utboks::rows
