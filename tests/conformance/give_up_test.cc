// When a message is given up to a person, and what brings it nearer to that and what does
// not: restarts, a register that is away for a day, a person who releases it.
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Every draw the same: what differs between two runs is not chance's.
class NoChance final : public Random {
 public:
  std::uint64_t Next() override { return std::uint64_t{1} << 62U; }
};

class GiveUpTest : public StoreTest {
 protected:
  void SetUp() override {
    options_.delivery.lifetime = hours(6);
    options_.delivery.in_doubt = DoubtPolicy::kResend;
    Open();
  }

  static HeadResult Well() {
    const HeadResult head = HeadAnswered();
    return head;
  }

  // One request that fails, as soon as one may be made: by a claim or as a probe.
  void FailOnce(const Outcome& outcome) {
    for (int i = 0; i < 10'000; ++i) {
      const Claimed claimed = ClaimUpTo(1);
      if (!claimed.rows.empty()) return Settle(claimed.rows[0], outcome);
      std::optional<WallTime> next = claimed.ask_again;
      if (claimed.next_probe && (!next || *claimed.next_probe < *next)) next = claimed.next_probe;
      ASSERT_TRUE(next.has_value()) << "nothing will ever happen again";
      if (*next > clock_.Wall()) clock_.SetWall(*next);
      const Result<std::optional<Probe>> probe = store_->ClaimProbe();
      ASSERT_TRUE(probe.ok());
      if (!probe->has_value()) continue;
      const bool sends = (*probe)->message.has_value();
      ASSERT_TRUE(
          store_->SettleProbe(**probe, Well(), sends ? std::optional(outcome) : std::nullopt).ok());
      if (sends) return;
    }
    FAIL() << "no request is made any more";
  }

  struct End {
    WallTime at{};
    int attempts = 0;
    std::string reason;
    bool operator==(const End&) const = default;
  };
  // Fails until it is held.
  End Fail(const Uuid& id, const Outcome& outcome, bool restart) {
    while (StateOf(id) != State::kHeld && !HasFailure()) {
      if (restart) Open();
      FailOnce(outcome);
    }
    const MessageView view = See(id);
    return {clock_.Wall(), view.attempts, view.reason};
  }

  NoChance no_chance_;
};

TEST_P(GiveUpTest, ARestartAtEveryAttemptChangesNothing) {
  if (!maker_->durable()) return;  // ends with its process
  options_.random = &no_chance_;
  const auto life = [&](const Outcome& outcome, bool restart) {
    maker_ = GetParam().make();
    clock_.SetWall(ManualClock::kStart);
    Open();
    return Fail(Put(Row("a")).id, outcome, restart);
  };
  // Alone: the gate shuts for its sake, and its own probes go on.
  const End once = life(ServerError(), false);
  EXPECT_EQ(once.reason, "lifetime");
  EXPECT_GE(once.at, ManualClock::kStart + options_.delivery.lifetime);
  EXPECT_LE(once.at, ManualClock::kStart + options_.delivery.lifetime +
                         options_.delivery.backoff_max + minutes(1));
  EXPECT_EQ(life(ServerError(), true), once);
  // By the number of doubts, and the suspect's own probe after them: HEAD was answered.
  const End doubted = life(Unanswered(), false);
  EXPECT_EQ(doubted.reason, "in-doubt-limit");
  EXPECT_EQ(doubted.attempts, options_.delivery.in_doubt_resends + 1);
  EXPECT_EQ(life(Unanswered(), true), doubted);
}

TEST_P(GiveUpTest, ADayBehindAClosedGateLeavesAttemptsAsTheyWere) {
  options_.delivery.lifetime = minutes(1);
  options_.delivery.probe_interval_max = minutes(6);
  maker_ = GetParam().make();
  Open();
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Put(Row(std::to_string(i))).id);
  SendOne(Refused());
  ASSERT_TRUE(GateNamed("").outage);
  const WallTime end = clock_.Wall() + hours(24);
  int probes = 0;
  while (clock_.Wall() < end) {
    clock_.SetWall(*GateNamed("").next_probe);
    ASSERT_TRUE(store_->Tick().ok());
    EXPECT_TRUE(ClaimUpTo(10).rows.empty());
    const Result<std::optional<Probe>> probe = store_->ClaimProbe();
    ASSERT_TRUE(probe.ok() && probe->has_value());
    HeadResult head;
    head.asked = true;
    head.reason = "connect-refused";
    ASSERT_TRUE(store_->SettleProbe(**probe, head, std::nullopt).ok());
    ++probes;
  }
  EXPECT_GT(probes, 24 * 60 / 8);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const MessageView view = See(ids[i]);
    EXPECT_EQ(view.state, State::kDue) << "nothing expires behind a closed gate";
    EXPECT_EQ(view.attempts, i == 0 ? 1 : 0);
    for (const AttemptView& attempt : *store_->Attempts(ids[i], false)) {
      EXPECT_FALSE(attempt.counted);
    }
  }
}

// Released, it goes at once, with its whole life before it; what then fails is counted
// and recorded as any attempt is.
TEST_P(GiveUpTest, AReleaseIsANewLifeAndItsAttemptsCount) {
  const Uuid id = Put(Row("a")).id;
  const End first = Fail(id, ServerError(), false);
  ASSERT_EQ(first.reason, "lifetime");
  ASSERT_TRUE(Decide(Decision::kRelease, id).status.ok());
  EXPECT_EQ(StateOf(id), State::kDue);
  EXPECT_EQ(See(id).due, clock_.Wall()) << "now, not after the wait of before";
  const WallTime released = clock_.Wall();
  FailOnce(ServerError());
  EXPECT_EQ(StateOf(id), State::kDue) << "one failure more is no reason to give up";
  EXPECT_EQ(See(id).attempts, first.attempts + 1);
  const End second = Fail(id, ServerError(), false);
  EXPECT_EQ(second.reason, "lifetime");
  EXPECT_GE(second.at, released + options_.delivery.lifetime);
  const Result<std::vector<AttemptView>> attempts = store_->Attempts(id, false);
  EXPECT_EQ(attempts->size(), static_cast<std::size_t>(second.attempts));
  EXPECT_EQ(EventsOf(id).back(), "held");
}

// What only waits could not go now, and must not look like a backlog.
TEST_P(GiveUpTest, TheOldestThatCouldGoIsNoneWhenAllWait) {
  const auto oldest = [&] { return store_->Look()->oldest_due; };
  EXPECT_EQ(oldest(), std::nullopt);
  const Inserted failed = Put(Row("failed", {"anne"}));
  EXPECT_EQ(oldest(), clock_.Wall());
  SendOne(ServerError());
  Put(Row("follower", {"anne"}));
  NewRow later = Row("later");
  later.not_before = clock_.Wall() + hours(48);
  Put(later);
  const Uuid held = Put(Row("held")).id;
  EXPECT_EQ(oldest(), clock_.Wall());
  Decide(Decision::kHold, held);
  EXPECT_EQ(oldest(), std::nullopt) << "backoff, a follower, a time, a person: none could go";
  clock_.SetWall(*See(failed.id).due);
  EXPECT_EQ(oldest(), clock_.Wall());
  Put(Row("other", {}, "foedsel_v1"));
  ASSERT_TRUE(store_->PauseGate("doedsfall_v1", std::nullopt, "cli:kari", SensitiveText()).ok());
  EXPECT_EQ(oldest(), clock_.Wall()) << "of the other resource";
  ASSERT_TRUE(store_->PauseGate("", std::nullopt, "cli:kari", SensitiveText()).ok());
  EXPECT_EQ(oldest(), std::nullopt) << "behind closed gates";
}

UTBOKS_INSTANTIATE_STORES(GiveUpTest);

}  // namespace
}  // namespace utboks::testing
