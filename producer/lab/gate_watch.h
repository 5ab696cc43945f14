// How often closed gates are asked, and what their being closed costs messages: seen
// from outside, by what the gates are and when probes begin.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "producer/lab/measures.h"
#include "queue/base/clock.h"
#include "queue/gate.h"

namespace utboks::lab {

class GateWatch {
 public:
  // `gate` as it is now: told whenever it may have changed.
  void See(const Gate& gate, WallTime now) {
    Watched& watched = gates_.try_emplace(gate.name).first->second;
    if (gate.outage && !watched.closed) watched.closed = now;
    if (!gate.outage) watched.closed.reset();
  }

  void ProbeBegins(const Gate& gate, WallTime now) {
    Watched& watched = gates_.try_emplace(gate.name).first->second;
    watched.all.Add(now);
    constexpr Millis kFirstMinute{60'000};
    if (watched.closed && now - *watched.closed > kFirstMinute) watched.later.Add(now);
  }

  std::int64_t MostAnHour() const {
    std::int64_t most = 0;
    for (const auto& [name, watched] : gates_) most = std::max(most, watched.later.most());
    return most;
  }
  std::int64_t MostAnHourOfAll() const {
    std::int64_t most = 0;
    for (const auto& [name, watched] : gates_) most = std::max(most, watched.all.most());
    return most;
  }

 private:
  struct Watched {
    std::optional<WallTime> closed;
    Peak later{Millis(3'600'000)}, all{Millis(3'600'000)};
  };
  std::map<std::string, Watched> gates_;
};

}  // namespace utboks::lab
