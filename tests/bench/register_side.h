// The simulated register, as a process beside the measures, and both ways to it.
#pragma once

#include <memory>
#include <string>

#include "producer/submit/dispatcher.h"
#include "tests/bench/bare_poster.h"
#include "tests/support/simulator_fixture.h"

namespace utboks::bench {

// It does not hold documents against schemas, which would take the processor from
// who is measured.
class RegisterSide {
 public:
  // `scenario` as docs/simulator.md.
  explicit RegisterSide(const std::string& scenario);

  const testing::SimulatorFixture& simulator() const { return simulator_; }
  bare::Register bare() const;
  // Sends from `store` with `delivery`.  Not started.
  std::unique_ptr<Dispatcher> Sends(Delivery& store, const DeliverySettings& delivery) const;

 private:
  testing::SimulatorFixture simulator_;
};

}  // namespace utboks::bench
