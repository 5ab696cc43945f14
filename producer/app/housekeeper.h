// What a worker does beside delivering: takes up replaced certificates, warns before
// ours runs out, when our clock is not the register's and when the key file is lost.
#pragma once

#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>

#include "producer/app/key_watch.h"
#include "producer/app/register_access.h"
#include "queue/base/log.h"
#include "queue/base/service.h"
#include "queue/open_store.h"
#include "queue/store.h"

namespace utboks::app {

class Housekeeper final : public Service {
 public:
  // All outlive it.
  Housekeeper(RegisterAccess& access, Delivery& store, const Config& config, Clock& clock)
      : access_(access),
        store_(store),
        clock_(clock),
        keys_(KeyFilePath(config.outbox.store, config.outbox.key_file)) {}
  ~Housekeeper() override { Stop(); }

  std::string_view name() const override { return "housekeeper"; }
  Status Start() override;
  void Stop() override;

 private:
  void Run();
  void LookAtCertificate();
  void LookAtClock();
  void LookAtKeys();
  // Raises or clears an alarm whose condition only we know; `detail` is logged.
  void Keep(std::string_view alarm, bool stands, std::optional<bool>* kept, LogField detail);

  RegisterAccess& access_;
  Delivery& store_;
  Clock& clock_;
  const KeyWatch keys_;
  // What is in the store, once we have written it; an alarm there before that is of
  // a worker before us.  The thread's alone.
  std::optional<bool> expiry_stands_, clock_stands_, key_stands_;
  bool reminds_ = false;  // in this look
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::app
