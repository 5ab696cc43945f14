// Plays a scenario: which step is on, whom it concerns, and when that changes.
//
// Time is an argument, so that tests own it.  Safe for many threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/mutex.h"
#include "tests/simulator/dice.h"
#include "tests/simulator/scenario.h"

namespace utboks::simulator {

class Timeline {
 public:
  struct Request {
    std::string_view method;
    std::string_view ressurs;
    std::string_view identifier;         // empty when there is none
    std::string_view identifier_sha256;  // hexadecimal; may be empty unless HashWanted()
    std::uint64_t key = 0;               // what draws are made for: the message
    std::uint64_t send = 1;              // 1 for its first send
  };
  // What is to be done with a request.
  struct Play {
    const Step* step = nullptr;     // nothing: the normal answer
    std::size_t number = 0;         // of the step, when there is one
    std::optional<SteadyTime> end;  // of the step, when its time is known
    Millis delay{0};                // before anything is decided
    Millis clock_ahead{0};          // of the answer's date
  };
  // A step that is on, and until when if its time is known.
  struct Standing {
    std::size_t step = 0;
    std::optional<SteadyTime> end;
  };
  // A step began or ended.
  struct Change {
    std::size_t step = 0;
    bool begun = false;
  };

  // `scenario` must live as long as the timeline; the start is given by both clocks.
  Timeline(const Scenario& scenario, std::uint64_t seed, SteadyTime start, WallTime start_wall);

  // A request has come.
  Play OnRequest(const Request& request, SteadyTime now);
  // A message's answer has been decided (steps at the door count these).
  void OnDecided(SteadyTime now);

  // What has begun and ended since the last call, in order.
  std::vector<Change> TakeChanges(SteadyTime now);
  // Whether TakeChanges may have something, without asking the time.
  bool HasChanges() const { return has_changes_.load(std::memory_order_acquire); }
  // When something begins or ends next by time alone.
  std::optional<SteadyTime> NextChange() const;

  // The step at the door that is on, first in the file first.
  std::optional<Standing> AtTheDoor() const;
  bool HashWanted() const { return hash_wanted_; }
  // Whether some step wants to meet requests before their body has been read.
  bool EarlyWanted() const { return early_wanted_; }
  const Step& step(std::size_t number) const { return scenario_.steps[number]; }

 private:
  enum class Phase { kWaiting, kOn, kOver };
  struct Playing {
    Phase phase = Phase::kWaiting;
    std::optional<SteadyTime> from, until;  // `until` is known at the latest when it begins
    std::uint64_t seen = 0;
    std::uint64_t acted = 0;
  };

  SteadyTime Place(const Moment& moment) const;
  void Advance(SteadyTime now) UTBOKS_REQUIRES(mutex_);
  bool Hits(std::size_t number, const Request& request) const;

  const Scenario& scenario_;
  const Dice dice_;
  const SteadyTime start_;
  const WallTime start_wall_;
  bool hash_wanted_ = false;   // const after construction
  bool early_wanted_ = false;  // const after construction

  mutable Mutex mutex_;
  std::vector<Playing> playing_ UTBOKS_GUARDED_BY(mutex_);  // one for each step
  std::vector<Change> changes_ UTBOKS_GUARDED_BY(mutex_);
  std::atomic<bool> has_changes_{false};
};

}  // namespace utboks::simulator
