// What people and the register may do to a message, in whatever order, as invariants over
// random lives: what never happens to it unseen, and what is kept of each.
#include <fmt/format.h>

#include <map>
#include <set>

#include "queue/state.h"
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"
#include "tests/unit/queue/property.h"

namespace utboks::testing {
namespace {

constexpr std::int64_t kStepsEach = 200;

// No gate hears of it: this is about messages alone.
Outcome Alone(Outcome outcome) {
  if (outcome.verdict != Verdict::kAccepted) outcome.gate = GateEffect::kNone;
  return outcome;
}

// Whether anything at all may bring that change about.
bool LegalSomehow(const std::optional<State>& from, State to) {
  for (int cause = 0; cause <= static_cast<int>(kLastCause); ++cause) {
    if (LegalEdge(from, to, static_cast<Cause>(cause))) return true;
  }
  return false;
}

class DeskPropertyTest : public StoreTest {
 protected:
  void SetUp() override {
    options_.delivery.blame_run = 1'000;
    options_.delivery.in_doubt = DoubtPolicy::kResend;
    options_.delivery.lifetime = std::chrono::hours(2);
  }

  std::uint64_t Chance(std::uint64_t below) { return random_->Below(below); }
  const Uuid& SomeMessage() {
    return ids_[ids_.size() - 1 - Chance(std::min<std::size_t>(ids_.size(), 8))];
  }

  void Rule(bool concerns, bool kept, const char* name, const MessageView& before,
            const MessageView& after) {
    if (!concerns) return;
    ++judged_[name];
    ASSERT_TRUE(kept) << "rule broken: " << name << ": " << StateName(before.state) << " to "
                      << StateName(after.state) << " " << after.reason;
  }

  // What holds whoever acted.
  void JudgeAlways(const MessageView& before, const MessageView& after) {
    Rule(before.unanswered, after.unanswered, "an unanswered attempt is never forgotten", before,
         after);
    Rule(after.unanswered && !again_.contains(after.id),
         after.state != State::kDue && after.state != State::kRejected,
         "an unanswered message never becomes due or rejected", before, after);
    Rule(!before.reference.empty() && !again_.contains(after.id),
         after.reference == before.reference, "the first receipt is never overwritten", before,
         after);
    Rule(before.state != after.state, LegalSomehow(before.state, after.state), "no illegal edge",
         before, after);
  }

  // ---- people ----

  void Decide() {
    Act act;
    act.decision = static_cast<Decision>(Chance(5));
    act.ids = {SomeMessage()};
    act.actor = "cli:kari";
    act.may_be_registered = Chance(3) == 0;
    act.again = Chance(6) == 0;
    act.after_followers = Chance(2) == 0;
    const MessageView before = See(act.ids[0]);
    const std::size_t events = EventsOf(before.id).size();
    const Result<std::vector<Acted>> done = store_->Do(act);
    ASSERT_TRUE(done.ok()) << done.status().text();
    const Acted& acted = (*done)[0];
    const MessageView after = See(before.id);
    const bool ok = acted.status.ok();
    const bool replayed = act.decision == Decision::kReplay && ok;
    if (replayed && before.state == State::kAccepted) again_.insert(before.id);
    if (replayed && before.state == State::kClosed) again_.insert(before.id);
    JudgeAlways(before, after);
    Rule(!ok,
         after.state == before.state && after.reason == before.reason &&
             after.attempts == before.attempts && EventsOf(before.id).size() == events,
         "a refusal changes nothing", before, after);
    Rule(ok, EventsOf(before.id).size() == events + 1, "an act is one row of history", before,
         after);
    Rule(before.state == State::kSending, acted.status.code() == Code::kBusy,
         "nobody touches what is being sent", before, after);
    Rule(ok && before.state == State::kAccepted,
         (replayed && act.again) || act.decision == Decision::kClose,
         "accepted is left only by replay --again, or closed", before, after);
    Rule(ok && after.state == State::kCancelled && before.unanswered, act.may_be_registered,
         "an unanswered message is cancelled only by who says that it may be registered", before,
         after);
    Rule(before.state == State::kCancelled, !ok, "cancelled is the end for people", before, after);
    Rule(ok && act.decision == Decision::kRelease,
         after.state == (before.unanswered ? State::kInDoubt : State::kDue) &&
             after.due == clock_.Wall(),
         "a release sends at once, as what it was", before, after);
  }

  // ---- the register ----

  void Send() {
    if (Chance(3) == 0) clock_.Advance(options_.delivery.backoff_max);
    for (const Lease& lease : ClaimUpTo(1 + static_cast<int>(Chance(3))).rows) {
      under_way_.push_back(lease);
      all_leases_.push_back(lease);
    }
  }

  void SettleOne(const Lease& lease, const Outcome& outcome) {
    const MessageView before = See(lease.id);
    Settle(lease, Alone(outcome));
    const MessageView after = See(lease.id);
    if (outcome.result == AttemptResult::kAnswered) answered_.insert(lease.attempt);
    JudgeAlways(before, after);
    const bool accepted = outcome.verdict == Verdict::kAccepted;
    Rule(accepted,
         after.state == State::kAccepted ||
             (before.state == State::kClosed && after.state == State::kClosed) ||
             again_.contains(lease.id),
         "a receipt is always taken", before, after);
    Rule(!accepted && before.state == State::kAccepted, after.state == State::kAccepted,
         "accepted is left only by a person", before, after);
    Rule(!accepted && before.state != State::kSending, after.state == before.state,
         "without a token nothing changes", before, after);
    Rule(true, after.attempts >= before.attempts, "attempts are never forgotten", before, after);
  }

  void SettleSome() {
    const std::vector<Outcome> outcomes = {Accepted(fmt::format("ref-{}", ++receipts_)),
                                           ServerError(),
                                           ServerError(),
                                           Unanswered(),
                                           Unanswered(),
                                           Rejected()};
    const std::vector<Lease> under_way = std::exchange(under_way_, {});
    for (const Lease& lease : under_way) {
      if (Chance(3) == 0) {
        under_way_.push_back(lease);
        continue;
      }
      SettleOne(lease, outcomes[Chance(outcomes.size())]);
      if (HasFatalFailure()) return;
    }
  }

  // Of whichever request, however long ago.
  void LateAnswer() {
    if (all_leases_.empty()) return;
    const Lease lease = all_leases_[Chance(all_leases_.size())];
    std::erase_if(under_way_, [&](const Lease& one) { return one.attempt == lease.attempt; });
    // What has been answered is not answered otherwise.
    const bool may_be_taken = !answered_.contains(lease.attempt) && Chance(2) == 0;
    SettleOne(lease, may_be_taken ? Accepted(fmt::format("ref-{}", ++receipts_)) : ServerError());
  }

  void WorkerDies() {
    std::map<MessageSeq, MessageView> before;
    for (const Lease& lease : under_way_) before[lease.seq] = See(lease.id);
    under_way_.clear();
    ASSERT_TRUE(WorkerStartsAgain().ok());
    for (const auto& [seq, view] : before) {
      const MessageView after = See(view.id);
      JudgeAlways(view, after);
      Rule(view.state == State::kSending,
           after.unanswered && (after.state == State::kInDoubt || after.state == State::kHeld),
           "a dead worker leaves a doubt", view, after);
      if (HasFatalFailure()) return;
    }
  }

  // ---- a life ----

  void Step() {
    switch (Chance(10)) {
      case 0:
        ids_.push_back(
            Put(Row(fmt::format("id{}", ids_.size()), {fmt::format("key{}", Chance(5))})).id);
        return;
      case 1:
      case 2:
      case 3:
        return Decide();
      case 4:
      case 5:
        return Send();
      case 6:
        return LateAnswer();
      case 7:
        if (Chance(5) == 0) return WorkerDies();
        return;
      default:
        return SettleSome();
    }
  }

  void Live(std::uint64_t seed) {
    random_ = SeededRandom(seed);
    options_.random = random_.get();
    store_.reset();
    maker_ = GetParam().make();
    Open();
    ids_ = {Put(Row("id0")).id};
    again_.clear();
    under_way_.clear();
    all_leases_.clear();
    answered_.clear();
    for (std::int64_t step = 0; step < kStepsEach && !HasFatalFailure(); ++step) Step();
    if (HasFatalFailure()) return;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const Result<Payload> content = store_->Content(ids_[i]);
      ASSERT_TRUE(content.ok()) << StateName(StateOf(ids_[i])) << ": its content is gone";
      EXPECT_EQ(content->document.reveal(), fmt::format("<melding>id{}</melding>", i));
    }
  }

  std::map<std::string_view, std::int64_t> judged_;

 private:
  std::vector<Uuid> ids_;
  std::set<Uuid> again_;  // replayed although the register had taken them
  std::vector<Lease> under_way_, all_leases_;
  std::set<std::int64_t> answered_;  // attempts
  std::int64_t receipts_ = 0;
};

TEST_P(DeskPropertyTest, TheRulesHoldWhateverPeopleAndTheRegisterDo) {
  // Each commit of a store in a file waits for its disk.
  const std::int64_t fallback = maker_->durable() ? 2'000 : kSanitized ? 4'000 : 100'000;
  const std::uint64_t seed = PropertySeed(20'261'202);
  fmt::print("[   seed   ] UTBOKS_PROPERTY_SEED={}, {} steps\n", seed, PropertySteps(fallback));
  for (std::int64_t n = 0; n * kStepsEach < PropertySteps(fallback); ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    Live(own);
    ASSERT_FALSE(HasFailure()) << "repeat it with UTBOKS_PROPERTY_SEED=" << own;
  }
  for (const auto& [rule, times] : judged_) {
    fmt::print("[   rule   ] {:>9} times: {}\n", times, rule);
  }
  // None holds for want of an occasion.
  constexpr std::size_t kRules = 16;
  if (PropertySteps(fallback) >= 4'000) {
    EXPECT_EQ(judged_.size(), kRules);
  }
}

UTBOKS_INSTANTIATE_STORES(DeskPropertyTest);

}  // namespace
}  // namespace utboks::testing
