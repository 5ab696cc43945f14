// Order as an invariant: whatever people and the register do, what may be claimed is
// exactly what waits and is first of those that stand in each of its keys.
#include <map>
#include <set>

#include "queue/disposition.h"
#include "tests/conformance/store_fixture.h"
#include "tests/conformance/stores.h"

namespace utboks::testing {
namespace {

constexpr int kSteps = 400;
constexpr std::uint64_t kKeys = 4;

Outcome Alone(Outcome outcome) {
  // No gate hears of it: this is about order alone.
  if (outcome.verdict != Verdict::kAccepted) outcome.gate = GateEffect::kNone;
  return outcome;
}

class OrderPropertyTest : public StoreTest {
 protected:
  void SetUp() override {
    options_.delivery.blame_run = 1'000;
    options_.delivery.in_doubt = DoubtPolicy::kResend;
  }

  std::uint64_t Chance(std::uint64_t below) { return random_->Below(below); }

  void Arrive() {
    for (std::uint64_t left = 1 + Chance(3); left > 0; --left) {
      std::vector<std::string> keys;
      for (std::uint64_t key = 0; key < kKeys; ++key) {
        if (Chance(3) == 0) keys.push_back(std::to_string(key));
      }
      order_.push_back(Put(Row("id" + std::to_string(order_.size()), keys)).id);
      keys_[order_.back()] = {keys.begin(), keys.end()};
    }
  }

  void Decide() {
    if (order_.empty()) return;
    Act act;
    act.decision = static_cast<Decision>(Chance(5));
    act.ids = {order_[order_.size() - 1 - Chance(std::min<std::size_t>(order_.size(), 12))]};
    // Or what stops others: left alone, it would stop all in the end.
    Filter stopped;
    stopped.states = {State::kHeld, State::kRejected};
    stopped.limit = 0;
    const Result<std::vector<MessageView>> heads = store_->List(stopped);
    ASSERT_TRUE(heads.ok());
    if (!heads->empty() && Chance(2) == 0) act.ids = {heads->back().id};
    act.actor = "cli:kari";
    act.may_be_registered = true;
    act.again = Chance(4) == 0;
    const Result<std::vector<Acted>> done = store_->Do(act);
    ASSERT_TRUE(done.ok()) << done.status().text();
  }

  // Somebody wants once more what went before that which is under way.
  void ReplayAfterFollowers() {
    Act act;
    act.decision = Decision::kReplay;
    for (const Lease& lease : under_way_) {
      const auto follower = std::find(order_.begin(), order_.end(), lease.id);
      const auto shares = [&](const Uuid& id) {
        return std::any_of(keys_[id].begin(), keys_[id].end(),
                           [&](const std::string& key) { return keys_[lease.id].contains(key); });
      };
      const auto before = std::find_if(std::make_reverse_iterator(follower), order_.rend(), shares);
      if (before != order_.rend()) act.ids.push_back(*before);
    }
    act.actor = "cli:kari";
    act.again = act.after_followers = true;
    const Result<std::vector<Acted>> done = store_->Do(act);
    ASSERT_TRUE(done.ok()) << done.status().text();
  }

  void Purge() {
    const Result<Desk::Purged> purged = store_->Purge(Millis(0), Millis(0), false, 3);
    ASSERT_TRUE(purged.ok()) << purged.status().text();
  }

  // Told to go after its followers, it waits for a later one.
  bool StandsAside(const MessageView& view) const {
    if (view.waits_for.kind != WaitsFor::Kind::kHead) return false;
    const auto itself = std::find(order_.begin(), order_.end(), view.id);
    return std::find(itself, order_.end(), view.waits_for.head) != order_.end();
  }

  std::set<Uuid> WhoMayGo() {
    Filter filter;
    filter.limit = 0;
    const Result<std::vector<MessageView>> all = store_->List(filter);
    EXPECT_TRUE(all.ok());
    std::map<Uuid, const MessageView*> views;
    for (const MessageView& view : *all) views[view.id] = &view;
    std::set<std::string> taken;  // keys in which somebody stands already
    std::set<Uuid> may_go;
    for (const Uuid& id : order_) {
      const auto found = views.find(id);
      if (found == views.end()) continue;  // purged
      const MessageView& view = *found->second;
      if (StandsAside(view)) {
        const State follower = views.at(view.waits_for.head)->state;
        EXPECT_TRUE(follower == State::kSending || follower == State::kInDoubt)
            << "what stands aside for a follower waits for one that is under way";
        ++stood_aside_;
        continue;
      }
      if (!StandsInKeys(view.state, view.reason, view.unanswered,
                        options_.delivery.on_head_failed)) {
        continue;
      }
      bool first = true;
      for (const std::string& key : keys_[id]) first = taken.insert(key).second && first;
      if (first && (view.state == State::kDue || view.state == State::kInDoubt)) may_go.insert(id);
    }
    return may_go;
  }

  // Claims all there is and holds it against what may go.
  void Send() {
    clock_.Advance(std::chrono::hours(1));
    const std::set<Uuid> expected = WhoMayGo();
    const Claimed claimed = ClaimUpTo(1'000);
    std::set<Uuid> got;
    for (const Lease& lease : claimed.rows) got.insert(lease.id);
    ASSERT_EQ(got, expected);
    for (const Lease& lease : claimed.rows) under_way_.push_back(lease);
  }

  // Lets chance settle what is under way, or leave it there for a while.
  void SettleSome() {
    const std::vector<Outcome> outcomes = {Accepted(), Accepted(), ServerError(), Unanswered(),
                                           Rejected()};
    const std::vector<Lease> under_way = std::exchange(under_way_, {});
    for (const Lease& lease : under_way) {
      if (Chance(4) == 0) {
        under_way_.push_back(lease);
        continue;
      }
      const std::uint64_t what = Chance(outcomes.size() + 2);
      if (what < outcomes.size()) {
        Settle(lease, Alone(outcomes[what]));
      } else {
        ASSERT_TRUE(store_->HandBack({&lease, 1}).ok());
      }
    }
  }

  void Walk() {
    Open();
    // Longer, where chance has made nothing stand aside yet.
    const auto enough = [&](int step) {
      return step >= 10 * kSteps || (step >= kSteps && stood_aside_ > 0);
    };
    for (int step = 0; !enough(step) && !HasFatalFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      switch (Chance(8)) {
        case 0:
        case 1:
          Arrive();
          break;
        case 2:
        case 3:
          Decide();
          break;
        case 4:
          if (Chance(4) == 0) Purge();
          ReplayAfterFollowers();
          break;
        case 5:
          SettleSome();
          break;
        default:
          Send();
      }
    }
    Send();
    EXPECT_GT(stood_aside_, 0) << "no message was ever told to go after its followers";
  }

  std::vector<Uuid> order_;  // of arrival
  std::vector<Lease> under_way_;
  int stood_aside_ = 0;
  std::map<Uuid, std::set<std::string>> keys_;
};

TEST_P(OrderPropertyTest, OnlyTheFirstOfEveryKeyGoesWhereAFailedHeadHoldsUp) {
  options_.delivery.on_head_failed = HeadPolicy::kWait;
  Walk();
}

TEST_P(OrderPropertyTest, OnlyTheFirstOfEveryKeyGoesWhereAFailedHeadLetsPass) {
  options_.delivery.on_head_failed = HeadPolicy::kContinue;
  Walk();
}

UTBOKS_INSTANTIATE_STORES(OrderPropertyTest);

}  // namespace
}  // namespace utboks::testing
