// The lab's outbox in memory chooses as the store on SQLite does: the same things happen
// to both, and after each they have claimed, probed and concluded the same.
//
// Chance is taken out: backoff has one length, probes' jitter is less than the time
// between two steps, and one resource is claimed from at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "producer/lab/memory_outbox.h"
#include "queue/open_store.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/queue/outcomes.h"
#include "tests/unit/queue/property.h"

namespace utboks::lab {
namespace {

using testing::PropertySeed;
using testing::PropertySteps;

const std::vector<std::string> kNames = {"a", "b", "c"};

DeliverySettings WithoutChance(int limit) {
  DeliverySettings settings;
  settings.backoff_min = settings.backoff_max = Millis(60'000);
  settings.probe_interval = settings.probe_interval_max = Millis(10);
  settings.probe_timeout = Millis(500);
  settings.rate_limit_per_minute = limit;
  return settings;
}

HeadResult Head(int status) {
  HeadResult head;
  head.asked = head.answered = true;
  head.http_status = status;
  head.gate = status == 200 ? GateEffect::kSuccess : GateEffect::kCount;
  return head;
}

class Twins {
 public:
  Twins(std::uint64_t seed, int limit)
      : choices_(SeededRandom(seed)),
        chance_(SeededRandom(seed + 1)),
        settings_(WithoutChance(limit)),
        memory_(kNames, settings_, *chance_) {
    StoreOptions options;
    options.url = "sqlite::memory:";
    options.environment = "test";
    options.organisation_number = "100101688";
    options.host = "host";
    options.worker = "worker";
    options.min_free = 0;
    options.delivery = settings_;
    options.clock = &clock_;
    options.random = chance_.get();
    options.create = options.migrate = true;
    store_ = std::move(OpenStore(options)).value();
    for (const std::string& name : kNames) {
      EXPECT_TRUE(store_->LearnHead(name, Head(200)).ok());
    }
  }

  void Step() {
    const std::uint64_t longest = mood_ == Mood::kFailing ? 30'000 : 3'000;
    clock_.Advance(Millis(1'000 + static_cast<Millis::rep>(choices_->Below(longest))));
    // For a while all goes wrong, or nearly nothing: gates close, and for one message too.
    if (choices_->Below(25) == 0) mood_ = static_cast<Mood>(choices_->Below(3));
    switch (choices_->Below(16)) {
      case 0:
        return Insert();
      case 1:
        if (mood_ != Mood::kFailing) Insert();
        return;
      case 2:
      case 3:
      case 4:
      case 5:
        return Claim();
      case 6:
      case 7:
      case 8:
      case 9:
        return Settle();
      default:
        return Probe();
    }
  }

  void SameGates() {
    const Result<Overview> look = store_->Look();
    ASSERT_TRUE(look.ok());
    for (Gate theirs : look->gates) {
      const auto at = std::ranges::find(kNames, theirs.name);
      Gate ours = theirs.name.empty()
                      ? memory_.site()
                      : memory_.gates()[static_cast<std::size_t>(at - kNames.begin())];
      ASSERT_EQ(ours.next_probe.has_value(), theirs.next_probe.has_value()) << theirs.name;
      if (ours.next_probe) {
        EXPECT_LE(std::chrono::abs(*ours.next_probe - *theirs.next_probe), Millis(2));
      }
      ours.next_probe = theirs.next_probe;  // jitter apart
      ASSERT_TRUE(ours == theirs) << "gate '" << theirs.name << "' after " << last_;
    }
  }

  int claimed = 0, probed = 0, sent_by_probes = 0;

 private:
  enum class Mood { kWell, kMixed, kFailing };
  struct Flight {
    MemoryOutbox::Lease ours;
    Lease theirs;
  };

  Outcome AnyOutcome() {
    if (mood_ == Mood::kFailing) {
      return choices_->Below(4) == 0 ? testing::Unanswered() : testing::ServerError();
    }
    if (mood_ == Mood::kWell && choices_->Below(10) != 0) return testing::Accepted();
    switch (choices_->Below(10)) {
      case 0:
        return testing::Refused();
      case 1:
        return testing::NoSuchResource();
      case 2:
        return testing::TooMany(Millis(5'000));
      case 3:
      case 4:
        return testing::Unanswered();
      case 5:
      case 6:
        return testing::ServerError();
      default:
        return testing::Accepted();
    }
  }

  void Insert() {
    last_ = "insert";
    const auto resource = choices_->Below(kNames.size());
    const auto person = 1 + static_cast<std::int64_t>(choices_->Below(30));
    const MessageSeq seq = memory_.Insert(static_cast<int>(resource), person, clock_.Wall());
    NewRow row;
    row.ressurs = kNames[resource];
    row.identifikator = SensitiveText("id-" + std::to_string(seq));
    row.document = SensitiveText("<melding/>");
    row.order_keys.emplace_back("person-" + std::to_string(person));
    row.edition = "1";
    row.schema_hash = "x";
    row.actor = "test";
    const auto done = store_->Insert({&row, 1}, InsertMode::kEachAlone);
    ASSERT_TRUE(done.ok() && (*done)[0].status.ok());
  }

  void Claim() {
    last_ = "claim";
    const auto resource = choices_->Below(kNames.size());
    const int rows = 1 + static_cast<int>(choices_->Below(3));
    std::vector<MemoryOutbox::Room> our_room(kNames.size());
    std::vector<Room> their_room;
    for (std::size_t r = 0; r < kNames.size(); ++r) {
      our_room[r].rows = r == resource ? rows : 0;
      their_room.push_back({kNames[r], our_room[r].rows});
    }
    const MemoryOutbox::Claimed ours = memory_.Claim(our_room, rows, clock_.Wall());
    const Result<Claimed> theirs = store_->Claim(their_room, rows);
    ASSERT_TRUE(theirs.ok());
    ASSERT_EQ(ours.rows.size(), theirs->rows.size());
    for (std::size_t i = 0; i < ours.rows.size(); ++i) {
      ASSERT_EQ(ours.rows[i].seq, theirs->rows[i].seq);
      ASSERT_EQ(ours.rows[i].others_tried, theirs->rows[i].others_tried);
      flights_.push_back({ours.rows[i], theirs->rows[i]});
    }
    ASSERT_EQ(ours.ask_again, theirs->ask_again);
    ASSERT_EQ(ours.next_probe.has_value(), theirs->next_probe.has_value());
    for (const auto& [name, openings] : theirs->openings) {
      const auto at = std::ranges::find(kNames, name) - kNames.begin();
      ASSERT_EQ(memory_.Openings(static_cast<int>(at)), openings);
    }
    claimed += static_cast<int>(ours.rows.size());
  }

  void Settle() {
    last_ = "settle";
    if (flights_.empty()) return;
    const auto at = choices_->Below(flights_.size());
    const Flight flight = flights_[at];
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(at));
    const Outcome outcome = AnyOutcome();
    last_ += " " + outcome.reason;
    const MemoryOutbox::Settled ours = memory_.Settle(flight.ours, outcome, clock_.Wall());
    const Settlement settlement{flight.theirs, outcome};
    ASSERT_TRUE(store_->Settle({&settlement, 1}).ok());
    SameState(flight.theirs, ours);
  }

  void SameState(const Lease& lease, const MemoryOutbox::Settled& ours) {
    const auto views = store_->Find(FormatUuid(lease.id), false);
    ASSERT_TRUE(views.ok());
    ASSERT_EQ((*views)[0].state, ours.state) << lease.seq << " after " << last_;
    if ((*views)[0].state == State::kDue || ours.state == State::kInDoubt) return;
    const auto attempts = store_->Attempts(lease.id, false);
    ASSERT_TRUE(attempts.ok());
    ASSERT_EQ(attempts->back().counted, ours.counted);
  }

  void Probe() {
    last_ = "probe";
    const std::optional<MemoryOutbox::RunningProbe> ours = memory_.ClaimProbe(clock_.Wall());
    const auto claim = store_->ClaimProbe();
    ASSERT_TRUE(claim.ok());
    const std::optional<utboks::Probe>& theirs = *claim;
    ASSERT_EQ(ours.has_value(), theirs.has_value());
    if (!ours) return;
    ++probed;
    ASSERT_EQ(ours->state.name, theirs->gate);
    ASSERT_EQ(ours->nothing_waits, theirs->nothing_waits);
    ASSERT_EQ(ours->message.has_value(), theirs->message.has_value());
    if (ours->message) {
      ASSERT_EQ(ours->message->seq, theirs->message->seq) << theirs->gate;
    }
    ASSERT_EQ(kNames[static_cast<std::size_t>(ours->resource)], theirs->ressurs);
    clock_.Advance(Millis(100));
    HeadResult head = Head(choices_->Below(3) == 0 ? 503 : 200);
    if (choices_->Below(5) == 0) {
      head = HeadResult();
      head.asked = true;
      head.reason = "connect-refused";
    }
    std::optional<Outcome> outcome;
    if (ours->message && SendsAfterHead(ours->state, head)) outcome = AnyOutcome();
    last_ += outcome ? " sent " + outcome->reason : " not sent";
    sent_by_probes += outcome ? 1 : 0;
    const auto settled =
        memory_.SettleProbe(*ours, head, outcome ? &*outcome : nullptr, clock_.Wall());
    ASSERT_TRUE(store_->SettleProbe(*theirs, head, outcome).ok());
    if (settled) SameState(*theirs->message, *settled);
  }

  std::unique_ptr<Random> choices_, chance_;
  const DeliverySettings settings_;
  testing::ManualClock clock_;
  MemoryOutbox memory_;
  std::unique_ptr<Store> store_;
  std::vector<Flight> flights_;
  Mood mood_ = Mood::kMixed;
  std::string last_;
};

TEST(SameAsStoreTest, WhateverHappensBothChooseTheSame) {
  const std::uint64_t seed = PropertySeed(8'115);
  constexpr int kLimits[] = {0, 60, 1'200};
  constexpr std::int64_t kStepsEach = 400;
  int claimed = 0, probed = 0, sent = 0;
  for (std::int64_t n = 0; n * kStepsEach < PropertySteps(); ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    SCOPED_TRACE("UTBOKS_PROPERTY_SEED=" + std::to_string(own));
    Twins twins(own, kLimits[n % 3]);
    for (std::int64_t step = 0; step < kStepsEach; ++step) {
      twins.Step();
      if (::testing::Test::HasFailure()) FAIL() << "at step " << step;
      twins.SameGates();
      if (::testing::Test::HasFailure()) FAIL() << "at step " << step;
    }
    claimed += twins.claimed;
    probed += twins.probed;
    sent += twins.sent_by_probes;
  }
  EXPECT_GT(claimed, 100);
  EXPECT_GT(probed, 100);
  EXPECT_GT(sent, 100);
}

}  // namespace
}  // namespace utboks::lab
