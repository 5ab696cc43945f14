// What workers and people do to a store, one deed after the other, chosen by chance.
//
// A deed is a time and a seed: all else follows from them and from what the store
// holds.  So the same deeds give two stores the same content, and a store that had
// its power cut can be held against one that had not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "queue/base/random.h"
#include "queue/store.h"
#include "tests/support/manual_clock.h"

namespace utboks::testing {

// Chance that a deed begins anew; the store under test draws from it too.
class DeedRandom final : public Random {
 public:
  void Begin(std::uint64_t seed);
  std::uint64_t Next() override;

 private:
  std::mutex mutex_;
  std::unique_ptr<Random> now_ = SeededRandom(0);  // guarded by mutex_
};

struct Deed {
  enum class Kind { kChance, kRecoverDead } kind = Kind::kChance;
  int number = 0;  // from 1; names what it puts in
  WallTime at{};
  std::uint64_t seed = 0;
};

// What an Insert was told: to be found again for ever.
struct Known {
  NewRow row;
  Uuid id{};
};

// Who does deeds to one Store, and remembers what it has claimed.
class Hands {
 public:
  // All outlive it; `clock` and `random` are the store's own.  `known`: what other
  // hands have put into this store.
  Hands(Store& store, ManualClock& clock, DeedRandom& random,
        std::map<std::string, Known> known = {})
      : store_(store), clock_(clock), random_(random), known_(std::move(known)) {}

  // One call of the store.  Its failure comes back.
  Status Do(const Deed& deed);

  // What was put in and acknowledged through these hands.
  const std::map<std::string, Known>& known() const { return known_; }

 private:
  Status Insert(int number, Random& chance);
  Status Claim(Random& chance);
  Status Settle(Random& chance);
  Status HandBack();
  Status ClaimProbe();
  Status SettleProbe(Random& chance);
  Status Act(Random& chance);
  Status Job(Random& chance);
  Status Gates(Random& chance);
  Status Read(Random& chance);
  Result<std::optional<Uuid>> AnyMessage(Random& chance);

  Store& store_;
  ManualClock& clock_;
  DeedRandom& random_;
  std::vector<Lease> leases_;
  std::optional<Probe> probe_;
  std::int64_t job_ = 0;            // of replay, begun or found in this life
  std::optional<ReplayTurn> turn_;  // of it, and not sent yet
  std::map<std::string, Known> known_;
};

}  // namespace utboks::testing
