#include "tests/bench/backlog.h"

#include <algorithm>

#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

constexpr int kAtOnce = 64;
constexpr int kFill = 1'024;  // messages in a commit while it is filled
constexpr Millis kHour{3'600'000};
// Long enough for the rate bucket to hold a claim's tokens again.
constexpr Millis kStep{200};

DeliverySettings Production() {
  DeliverySettings settings;
  settings.rate_limit_per_minute = 60'000;
  settings.max_in_flight = 256;
  return settings;
}

}  // namespace

Outcome Receipt() {
  Outcome outcome;
  outcome.verdict = Verdict::kAccepted;
  outcome.result = AttemptResult::kAnswered;
  outcome.gate = GateEffect::kSuccess;
  outcome.http_status = 202;
  outcome.reference = "5d1d7b0e-7e2f-4c5a-9d6b-0f6a3c1e2b4d";
  return outcome;
}

Backlog::Backlog(const std::string& path, const Shape& shape, std::int64_t waiting)
    : Backlog([&](const DeliverySettings& delivery,
                  Clock* clock) { return OpenOwn(path, delivery, clock); },
              shape, waiting) {}

Backlog::Backlog(const Open& open, const Shape& shape, std::int64_t waiting, const FillIn& fill_in)
    : shape_(shape),
      waiting_(waiting),
      random_(SeededRandom(20'261'123)),
      store_(open(Production(), &clock_)),
      letters_(shape.keys),
      arrival_(clock_.Wall()) {
  if (fill_in) fill_in(arrival_);
  for (std::int64_t left = fill_in ? 0 : waiting; left > 0; left -= kFill) {
    PutIn(Make(static_cast<int>(std::min<std::int64_t>(left, kFill))));
  }
  // The rate's bucket fills from when it is first looked into.
  clock_.SetWall(arrival_ + kHour);
  const Room room{kRessurs, 1};
  if (!Must(store_->Claim({&room, 1}, 1)).rows.empty()) GiveUp("a new bucket was not empty");
  arrival_ += kStep;
}

std::vector<NewRow> Backlog::Make(int count) {
  std::vector<NewRow> rows = Letters::Rows(letters_.Next(count));
  if (shape_.random_due) {
    for (NewRow& row : rows) row.not_before = arrival_ + random_->Between(Millis(0), kHour);
  }
  return rows;
}

void Backlog::PutIn(const std::vector<NewRow>& rows) {
  clock_.SetWall(arrival_);
  Must(store_->Insert(rows, InsertMode::kAllOrNone));
}

Sample Backlog::Deliver(int cycles) {
  const Room room{kRessurs, kAtOnce};
  Meter meter;
  std::size_t delivered = 0;
  for (int i = 0; i < cycles; ++i) {
    clock_.SetWall(arrival_ + kHour);  // all is due
    meter.Start();
    Claimed claimed = Must(store_->Claim({&room, 1}, kAtOnce));
    std::vector<Settlement> done;
    done.reserve(claimed.rows.size());
    for (Lease& lease : claimed.rows) done.push_back({std::move(lease), Receipt()});
    Must(store_->Settle(done));
    meter.Stop();
    if (done.empty()) GiveUp("nothing could be claimed");
    delivered += done.size();
    // At this pace an hour's worth is turned over once per hour, so that what is put
    // in comes to lie anywhere among what waits.
    const auto turned = kHour.count() * static_cast<Millis::rep>(done.size()) / waiting_;
    arrival_ += std::max(kStep, Millis(turned));
    PutIn(Make(static_cast<int>(done.size())));
  }
  return meter.Read(static_cast<double>(delivered), static_cast<std::uint64_t>(cycles) * 2);
}

}  // namespace utboks::bench
