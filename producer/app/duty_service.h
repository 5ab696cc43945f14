// A service that runs in one worker of the store at a time: in whichever has its duty.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "queue/base/clock.h"
#include "queue/base/service.h"
#include "queue/duties.h"

namespace utboks::app {

class DutyService final : public Service {
 public:
  using Factory = std::function<std::unique_ptr<Service>()>;

  // `make` gives the service each time that the duty becomes ours; `duty` is its name.
  // Both references outlive it.
  DutyService(std::string duty, Factory make, Duties& duties, Clock& clock)
      : duty_(std::move(duty)), make_(std::move(make)), duties_(duties), clock_(clock) {}
  ~DutyService() override { Stop(); }

  std::string_view name() const override { return duty_; }
  // Where the duty is ours at once, the service runs when this returns.
  Status Start() override;
  void Stop() override;

 private:
  void Run();
  // Takes or prolongs it, and starts or stops the service accordingly.
  Status Look();
  void Rest();

  const std::string duty_;
  const Factory make_;
  Duties& duties_;
  Clock& clock_;
  std::unique_ptr<Service> service_;  // while the duty is ours; the thread's, once it runs
  SteadyTime ours_until_{};           // likewise
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::app
