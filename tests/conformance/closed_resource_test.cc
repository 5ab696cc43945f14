// A hundred thousand messages behind one closed resource, and what they cost the others:
// nothing.  What SQLite does is counted (steps of its virtual machine), so that the
// outcome does not hang on the machine; time is looked at too, with a wide margin.
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/scale.h"

namespace utboks::testing {
namespace {

constexpr int kFew = 100;
constexpr int kMany = kSanitized ? 10'000 : 100'000;
constexpr int kOthers = 400;

const std::vector<std::string> kBoth = {"doedsfall_v1", "foedsel_v1"};

// Steps of every connection that is opened while it lives.
class StepCount {
 public:
  StepCount() {
    steps_ = 0;
    EXPECT_EQ(sqlite3_auto_extension(reinterpret_cast<void (*)()>(Watch)), SQLITE_OK);
  }
  ~StepCount() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(Watch)); }
  StepCount(const StepCount&) = delete;
  StepCount& operator=(const StepCount&) = delete;

  static std::int64_t steps() { return steps_; }

 private:
  static int Watch(sqlite3* db, char**, const sqlite3_api_routines*) {
    sqlite3_progress_handler(
        db, 1,
        [](void*) {
          ++steps_;
          return 0;
        },
        nullptr);
    return SQLITE_OK;
  }
  static std::int64_t steps_;
};
std::int64_t StepCount::steps_ = 0;

struct Cost {
  std::int64_t delivery = 0, tick = 0, probe = 0;  // steps
  std::chrono::steady_clock::duration time{};      // of the delivery
};

class ClosedResource : public StoreTest {
 protected:
  void SetUp() override {}

  void PutMany(const std::string& name, int many, const std::string& ressurs) {
    constexpr int kAtOnce = 1'000;
    for (int done = 0; done < many; done += kAtOnce) {
      std::vector<NewRow> rows;
      for (int i = done; i < std::min(many, done + kAtOnce); ++i) {
        rows.push_back(
            Row(fmt::format("{}-{}", name, i), {fmt::format("{}-{}", name, i)}, ressurs));
      }
      ASSERT_TRUE(store_->Insert(rows, InsertMode::kEachAlone).ok());
    }
  }

  // What the others cost: handed in, delivered one claim after another, and what a worker
  // does beside it: ticks, and probes of the closed gate.
  Cost Deliver(const std::string& name) {
    PutMany(name, kOthers, "foedsel_v1");
    Cost cost;
    std::int64_t from = StepCount::steps();
    const auto start = std::chrono::steady_clock::now();
    for (int left = kOthers; left > 0;) {
      const Claimed claimed = ClaimUpTo(8, kBoth);
      EXPECT_FALSE(claimed.rows.empty());
      if (claimed.rows.empty()) break;
      for (const Lease& lease : claimed.rows) {
        EXPECT_EQ(lease.ressurs, "foedsel_v1");
        EXPECT_TRUE(store_->Load(lease).ok());
        Settle(lease, Accepted());
        --left;
      }
    }
    cost.time = std::chrono::steady_clock::now() - start;
    cost.delivery = StepCount::steps() - from;

    from = StepCount::steps();
    EXPECT_TRUE(store_->Tick().ok());
    cost.tick = StepCount::steps() - from;

    clock_.SetWall(*GateNamed("doedsfall_v1").next_probe);
    from = StepCount::steps();
    const Result<std::optional<Probe>> probe = store_->ClaimProbe();
    EXPECT_TRUE(probe.ok() && probe->has_value());
    const HeadResult head = HeadAnswered(404);
    EXPECT_TRUE(store_->SettleProbe(**probe, head, Gone()).ok());
    cost.probe = StepCount::steps() - from;
    return cost;
  }

  static Outcome Gone() {
    Outcome gone = ServerError();
    gone.gate = GateEffect::kClose;
    gone.counted = false;
    gone.http_status = 404;
    gone.reason = "http-404";
    return gone;
  }
};

TEST_P(ClosedResource, WithAHundredThousandWaitingSlowsNoOther) {
  const StepCount watch;
  Open();
  PutMany("few", kFew, "doedsfall_v1");
  SendOne(Gone());
  ASSERT_TRUE(GateNamed("doedsfall_v1").outage);
  Deliver("warm");
  const Cost few = Deliver("beside-few");
  PutMany("many", kMany, "doedsfall_v1");
  const Cost many = Deliver("beside-many");
  ASSERT_TRUE(GateNamed("doedsfall_v1").outage);
  ASSERT_GT(few.delivery, 0);

  const auto told = [&](const char* what, std::int64_t before, std::int64_t after) {
    fmt::print("[  steps   ] {:<9} {:>8} beside {} waiting, {:>8} beside {}\n", what, before, kFew,
               after, kFew + kMany);
  };
  told("delivery", few.delivery, many.delivery);
  told("tick", few.tick, many.tick);
  told("probe", few.probe, many.probe);
  // A B-tree that is deeper costs no step; a row that is looked at does.
  EXPECT_LE(many.delivery, few.delivery + few.delivery / 20);
  EXPECT_LE(many.tick, few.tick + few.tick / 20 + 100);
  EXPECT_LE(many.probe, few.probe + few.probe / 20 + 100);
  EXPECT_LT(many.time, few.time * 10 + std::chrono::milliseconds(500));
}

// All at once, when it opens: others are served between.
TEST_P(ClosedResource, ThatOpensLetsOthersTakeTurns) {
  Open();
  PutMany("many", kMany / 10, "doedsfall_v1");
  SendOne(Gone());
  PutMany("other", 20, "foedsel_v1");
  clock_.SetWall(*GateNamed("doedsfall_v1").next_probe);
  const Result<std::optional<Probe>> probe = store_->ClaimProbe();
  ASSERT_TRUE(probe.ok() && probe->has_value() && (*probe)->message.has_value());
  const HeadResult head = HeadAnswered();
  ASSERT_TRUE(store_->SettleProbe(**probe, head, Accepted()).ok());
  ASSERT_FALSE(GateNamed("doedsfall_v1").outage);
  int others = 0;
  for (int claims = 0; claims < 5; ++claims) {
    for (const Lease& lease : ClaimUpTo(8, kBoth).rows) {
      others += lease.ressurs == "foedsel_v1" ? 1 : 0;
      Settle(lease, Accepted());
    }
  }
  EXPECT_EQ(others, 20) << "half of each claim";
}

INSTANTIATE_TEST_SUITE_P(Stores, ClosedResource,
                         ::testing::Values(StoreKind{"SqliteFile",
                                                     [] {
                                                       return std::unique_ptr<StoreMaker>(
                                                           std::make_unique<SqliteFileMaker>());
                                                     }}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace utboks::testing
