// What a worker does beside delivering: takes up replaced certificates, warns before
// ours runs out, and removes what retention says.
#pragma once

#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>

#include "producer/app/register_access.h"
#include "producer/ops/operator.h"
#include "queue/base/service.h"
#include "queue/store.h"

namespace utboks::app {

class Housekeeper final : public Service {
 public:
  // All outlive it.
  Housekeeper(RegisterAccess& access, Delivery& store, Operator& desk, const Config& config,
              Clock& clock)
      : access_(access), store_(store), desk_(desk), config_(config), clock_(clock) {}
  ~Housekeeper() override { Stop(); }

  std::string_view name() const override { return "housekeeper"; }
  Status Start() override;
  void Stop() override;

 private:
  void Run();
  void LookAtCertificate();
  void Purge();

  RegisterAccess& access_;
  Delivery& store_;
  Operator& desk_;
  const Config& config_;
  Clock& clock_;
  // The thread's alone.  Not known at first: the alarm may still stand from a worker
  // that ended before its certificate was renewed.
  std::optional<bool> expiry_stands_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::app
