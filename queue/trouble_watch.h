// What keeps a service from its work, told once and not at each try; when it lasts it is an
// alarm of the store.
#pragma once

#include <optional>
#include <string>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/store.h"

namespace utboks {

// Standing still this long, it is an alarm.
inline constexpr Millis kStandsAfter{60'000};

// One thread uses it.
class TroubleWatch {
 public:
  // `name` is the alarm's and begins the events in the log.  All outlive it.
  TroubleWatch(std::string name, Delivery& alarms, Clock& clock)
      : name_(std::move(name)), alarms_(alarms), clock_(clock) {}

  // How the last try went; `works`: it is known that it works, and not only that nothing
  // failed.  Call it at least every few seconds.
  void Tell(const Status& status, bool works = true);

 private:
  const std::string name_;
  Delivery& alarms_;
  Clock& clock_;
  std::string told_;  // the last failure that was logged; "" = all is well
  std::optional<SteadyTime> failing_since_;
  std::optional<bool> alarm_;  // what is in the store, once we have written it
};

}  // namespace utboks
