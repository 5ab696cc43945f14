#include "tests/crash/deeds.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

constexpr std::array kResources = {"doedsfall_v1", "annullering_av_doedsfall_v1"};
constexpr int kPersons = 6;
constexpr int kMostRows = 5;
constexpr int kMostBytes = 20'000;
// Short, so that both come within a few dozen deeds.
constexpr Millis kContentAfter = std::chrono::hours(2);
constexpr Millis kRecordAfter = std::chrono::hours(5);

int Draw(Random& chance, int below) {
  return static_cast<int>(chance.Below(static_cast<std::uint64_t>(below)));
}

NewRow ChanceRow(const std::string& name, Random& chance) {
  std::vector<std::string> persons;
  for (int i = Draw(chance, 3); i > 0; --i) {
    persons.push_back(fmt::format("person-{}", Draw(chance, kPersons)));
  }
  NewRow row = Row(name, persons, kResources.at(chance.Below(kResources.size())));
  const auto size = static_cast<std::size_t>(Draw(chance, kMostBytes));
  row.document = SensitiveText(fmt::format("<melding>{}{:x^{}}</melding>", name, "", size));
  return row;
}

Outcome ChanceOutcome(Random& chance) {
  switch (chance.Below(10)) {
    case 0:
      return ServerError();
    case 1:
      return Unanswered();
    case 2:
      return Refused();
    case 3:
      return Rejected();
    case 4:
      return Throttled(Millis(1'000));
    default:
      return Accepted(fmt::format("ref-{}", chance.Below(1'000'000)));
  }
}

template <typename T>
Status StatusOf(const Result<T>& result) {
  return result.status();
}

}  // namespace

void DeedRandom::Begin(std::uint64_t seed) {
  std::lock_guard guard(mutex_);
  now_ = SeededRandom(seed);
}

std::uint64_t DeedRandom::Next() {
  std::lock_guard guard(mutex_);
  return now_->Next();
}

Status Hands::Do(const Deed& deed) {
  clock_.SetWall(deed.at);
  random_.Begin(deed.seed);
  if (deed.kind == Deed::Kind::kRecoverDead) {
    leases_.clear();
    probe_.reset();
    turn_.reset();
    job_ = 0;
    return StatusOf(store_.RecoverDead());
  }
  // Its own: what the store draws must not depend on how the deed was chosen.
  const std::unique_ptr<Random> chance = SeededRandom(~deed.seed);
  const int what = Draw(*chance, 100);
  if (what < 30) return Insert(deed.number, *chance);
  if (what < 50) return Claim(*chance);
  if (what < 70) return Settle(*chance);
  if (what < 73) return HandBack();
  if (what < 77) return ClaimProbe();
  if (what < 81) return SettleProbe(*chance);
  if (what < 86) return Act(*chance);
  if (what < 89) return Job(*chance);
  if (what < 92) return Gates(*chance);
  if (what < 94) return Read(*chance);
  if (what < 97) return StatusOf(store_.Tick());
  return StatusOf(store_.Purge(kContentAfter, kRecordAfter, false, 2));
}

Status Hands::Insert(int number, Random& chance) {
  std::vector<NewRow> rows;
  for (int i = Draw(chance, kMostRows); i >= 0; --i) {
    rows.push_back(ChanceRow(fmt::format("m{}-{}", number, i), chance));
  }
  if (chance.Below(3) == 0) {
    const Result<std::optional<Uuid>> old = AnyMessage(chance);
    if (!old.ok()) return old.status();
    if (*old) rows.back().corrects = Correction{**old, chance.Below(2) == 0, SensitiveText("why")};
  }
  // The same once more, and other bytes under a name that is taken.
  if (!known_.empty()) {
    rows.push_back(known_.begin()->second.row);
    rows.push_back(known_.rbegin()->second.row);
    rows.back().document = SensitiveText("<melding>other bytes</melding>");
  }
  const Result<std::vector<Inserted>> done = store_.Insert(rows, InsertMode::kEachAlone);
  if (!done.ok()) return done.status();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((*done)[i].status.ok()) {
      known_.try_emplace(rows[i].identifikator.reveal(), Known{rows[i], (*done)[i].id});
    }
  }
  return Status();
}

Status Hands::Claim(Random& chance) {
  std::vector<Room> room;
  for (const char* ressurs : kResources) room.push_back({ressurs, 1 + Draw(chance, 4)});
  const Result<Claimed> claimed = store_.Claim(room, 1 + Draw(chance, 6));
  if (!claimed.ok()) return claimed.status();
  leases_.insert(leases_.end(), claimed->rows.begin(), claimed->rows.end());
  return Status();
}

Status Hands::Settle(Random& chance) {
  std::vector<Settlement> done;
  for (int i = Draw(chance, 4); i >= 0 && !leases_.empty(); --i) {
    done.push_back({leases_.back(), ChanceOutcome(chance)});
    leases_.pop_back();
  }
  return store_.Settle(done);
}

Status Hands::HandBack() {
  const std::vector<Lease> unsent = std::exchange(leases_, {});
  return store_.HandBack(unsent);
}

Status Hands::ClaimProbe() {
  if (probe_) return Status();
  Result<std::optional<Probe>> probe = store_.ClaimProbe();
  if (!probe.ok()) return probe.status();
  probe_ = *std::move(probe);
  return Status();
}

Status Hands::SettleProbe(Random& chance) {
  if (!probe_) return Status();
  HeadResult head;
  head.asked = head.answered = true;
  head.http_status = chance.Below(3) == 0 ? 503 : 200;
  std::optional<Outcome> message;
  if (probe_->message && chance.Below(4) != 0) message = ChanceOutcome(chance);
  const Probe probe = *std::exchange(probe_, std::nullopt);
  return store_.SettleProbe(probe, head, message);
}

Result<std::optional<Uuid>> Hands::AnyMessage(Random& chance) {
  Filter all;
  all.limit = 0;
  const Result<std::vector<MessageView>> messages = store_.List(all);
  if (!messages.ok()) return messages.status();
  if (messages->empty()) return std::optional<Uuid>();
  return std::optional((*messages)[chance.Below(messages->size())].id);
}

Status Hands::Act(Random& chance) {
  utboks::Act act;
  act.decision = static_cast<Decision>(chance.Below(5));
  for (int i = Draw(chance, 3); i >= 0; --i) {
    const Result<std::optional<Uuid>> id = AnyMessage(chance);
    if (!id.ok()) return id.status();
    if (*id) act.ids.push_back(**id);
  }
  act.actor = "cli:kari";
  act.why = SensitiveText("because");
  act.may_be_registered = chance.Below(2) == 0;
  act.again = chance.Below(4) == 0;
  act.after_followers = chance.Below(2) == 0;
  return StatusOf(store_.Do(act));
}

// A replay job, from its beginning to its end: one call at a time.
Status Hands::Job(Random& chance) {
  const auto refused = [](const Status& status) {  // it does not stand so: no failure
    const bool another =
        status.code() == Code::kBusy && status.text().find("runs already") != std::string::npos;
    return another || status.code() == Code::kConflict || status.code() == Code::kNotFound;
  };
  if (turn_) {
    const ReplayTurn turn = *std::exchange(turn_, std::nullopt);
    const Status sent = chance.Below(5) == 0
                            ? store_.RefuseReplay(turn.job, turn.ids.front(), "invalid")
                            : store_.SendReplay({turn.job, turn.ids, "1.3", "def"});
    return refused(sent) ? Status() : sent;
  }
  if (job_ == 0) {
    // Another life may have begun one: it goes on.
    const Result<std::vector<ReplayJob>> jobs = store_.ListReplays(std::nullopt);
    if (!jobs.ok()) return jobs.status();
    for (const ReplayJob& job : *jobs) {
      if (IsRunning(job.progress.phase)) job_ = job.id;
    }
  }
  if (job_ == 0) {
    NewReplay job;
    job.canary = 1 + Draw(chance, 3);
    job.again = chance.Below(4) == 0;
    job.after_followers = chance.Below(2) == 0;
    job.actor = "cli:kari";
    job.why = SensitiveText("because");
    const Result<std::int64_t> begun = store_.BeginReplay(job);
    if (begun.ok()) job_ = *begun;
    return refused(begun.status()) ? Status() : begun.status();
  }
  Status done;
  switch (chance.Below(8)) {
    case 0:
    case 1: {
      Filter failed;
      failed.states = {State::kHeld, State::kRejected};
      const Result<std::vector<MessageView>> messages = store_.List(failed);
      if (!messages.ok()) return messages.status();
      std::vector<Uuid> ids;
      for (const MessageView& message : *messages) ids.push_back(message.id);
      done = store_.AddToReplay(job_, ids);
      break;
    }
    case 2:
      done = StatusOf(store_.StartReplay(job_));
      break;
    case 3:
      done = StatusOf(store_.ResumeReplay(job_, "cli:kari", SensitiveText("because")));
      break;
    case 4:
      done = StatusOf(store_.CancelReplay(job_, "cli:kari", SensitiveText("because")));
      if (done.ok()) job_ = 0;
      break;
    default: {
      const Result<ReplayTurn> turn = store_.NextReplay();
      if (turn.ok() && !turn->ids.empty()) turn_ = *turn;
      if (turn.ok() && turn->ended) job_ = turn->job;
      done = turn.status();
    }
  }
  if (done.code() == Code::kNotFound) job_ = 0;
  return refused(done) ? Status() : done;
}

Status Hands::Gates(Random& chance) {
  const std::string gate = chance.Below(2) == 0 ? "" : kResources[0];
  const SensitiveText why("because");
  switch (chance.Below(3)) {
    case 0:
      return store_.PauseGate(gate, clock_.Wall() + std::chrono::minutes(5), "cli:kari", why);
    case 1: {
      const Status resumed = store_.ResumeGate(gate, "cli:kari", why);
      return resumed.code() == Code::kConflict ? Status() : resumed;  // nothing stood
    }
    default: {
      const Status seen = store_.Acknowledge("double", "cli:kari", why);
      return seen.code() == Code::kNotFound ? Status() : seen;  // nothing stood
    }
  }
}

Status Hands::Read(Random& chance) {
  const Result<std::optional<Uuid>> id = AnyMessage(chance);
  if (!id.ok()) return id.status();
  return *id ? store_.AuditReading(**id, "cli:kari") : Status();
}

}  // namespace utboks::testing
