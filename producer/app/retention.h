// Removes what retention says, once an hour.
#pragma once

#include <stop_token>
#include <string_view>
#include <thread>

#include "producer/app/config.h"
#include "producer/ops/operator.h"
#include "queue/base/clock.h"
#include "queue/base/service.h"

namespace utboks::app {

class RetentionKeeper final : public Service {
 public:
  // All outlive it.
  RetentionKeeper(Operator& desk, const RetentionSection& retention, Clock& clock)
      : desk_(desk), retention_(retention), clock_(clock) {}
  ~RetentionKeeper() override { Stop(); }

  std::string_view name() const override { return "retention"; }
  Status Start() override;
  void Stop() override;

 private:
  void Purge();

  Operator& desk_;
  const RetentionSection& retention_;
  Clock& clock_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::app
