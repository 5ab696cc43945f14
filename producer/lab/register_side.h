// The register of the lab: what becomes of a request, when, and what utboks makes of
// it.  Outcomes are those that producer/submit/classify gives for the same bytes.
//
// Answers take `latency`, a refused connection no time, and a request that hangs as
// long as its sender waits; a hanging one is not heard of again.  Every outcome says
// what happened at the moment the request came.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "producer/lab/failure.h"
#include "producer/lab/weather.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/outcome.h"

namespace utboks::lab {

struct Reply {
  Failure failure = Failure::kNone;
  WallTime at{};  // when its sender knows
};

class RegisterSide {
 public:
  // `weather` must outlive it.
  RegisterSide(const Weather& weather, Millis latency, const DeliverySettings& settings,
               std::uint64_t seed);

  // A request that comes at `now`, and is given up at `deadline`.
  Reply Ask(WallTime now, WallTime deadline);

  // What a POST or a HEAD that met `failure` came to.
  const Outcome& OutcomeOf(Failure failure) const;
  const HeadResult& HeadOf(Failure failure) const;
  // What a POST comes to whose deadline passed before its first byte.
  const Outcome& TooLate() const { return too_late_; }

 private:
  const Weather& weather_;
  Millis latency_;
  std::unique_ptr<Random> random_;
  std::array<Outcome, kFailures> outcomes_;
  std::array<HeadResult, kFailures> heads_;
  Outcome too_late_;
};

}  // namespace utboks::lab
