// A store in which so many messages wait, and stay as many: what is taken out is put
// in again beside the clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "queue/base/random.h"
#include "queue/store.h"
#include "tests/bench/letters.h"
#include "tests/bench/rounds.h"
#include "tests/support/manual_clock.h"

namespace utboks::bench {

struct Shape {
  std::string name;
  std::int64_t keys = 0;    // so many order keys in turn; 0 = one for each message
  bool random_due = false;  // due anywhere within an hour, as after failures
};

class Backlog {
 public:
  // Opens an empty store that has the times of the clock.
  using Open = std::function<std::unique_ptr<Store>(const DeliverySettings&, Clock*)>;
  // Puts in what is to wait, from that time on; empty: by Store::Insert, of which a million
  // takes a minute or more.
  using FillIn = std::function<void(WallTime)>;
  Backlog(const Open& open, const Shape& shape, std::int64_t waiting, const FillIn& fill_in = {});
  // On SQLite, at `path`.
  Backlog(const std::string& path, const Shape& shape, std::int64_t waiting);

  // Claims 64 at a time and settles them as accepted, so many times.
  Sample Deliver(int cycles);
  // What is beside delivery.
  Store& store() { return *store_; }
  testing::ManualClock& clock() { return clock_; }

 private:
  std::vector<NewRow> Make(int count);
  void PutIn(const std::vector<NewRow>& rows);

  const Shape shape_;
  const std::int64_t waiting_;
  testing::ManualClock clock_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<Store> store_;
  Letters letters_;
  WallTime arrival_;  // of the next messages; they are due up to an hour later
};

// As classify makes it of the register's receipt.
Outcome Receipt();

}  // namespace utboks::bench
