// Asks closed gates whether they are open again (delivery.md §4): HEAD, then on
// the same connection one message.
//
// As many threads as gates that may be shut at once: a resource that hangs until
// probe_timeout keeps none but itself from being asked in its time.  Which gate a
// thread asks is the store's to say; two never get the same.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "producer/submit/register_client.h"
#include "producer/submit/sender_pool.h"
#include "queue/base/mutex.h"
#include "queue/delivery_settings.h"
#include "queue/store.h"

namespace utboks {

class Prober {
 public:
  // `gates`: how many are asked at once, at most.
  Prober(Delivery& store, ClientFactory make_client, const DeliverySettings& settings, int gates,
         Clock& clock);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  void Start();
  // No probe begins any more, and no message of one.
  void StopBeginning();
  // A message is under way.
  bool Sending() const;
  // Cuts off what is under way, settles it, and ends.
  void Stop();
  // The next probe of any gate is due at `at`, as the last claim told.
  void Expect(WallTime at);

 private:
  void Run();
  void ProbeOnce(const Probe& probe);
  std::optional<Outcome> Send(const Probe& probe, RegisterClient& client, SteadyTime deadline);
  void Settle(const Probe& probe, const HeadResult& head, const std::optional<Outcome>& outcome);

  Delivery& store_;
  const ClientFactory make_client_;
  const DeliverySettings settings_;
  const int gates_;
  Clock& clock_;
  std::stop_source stop_;   // of what is begun: HEAD may be cut off, it loses nothing
  std::stop_source abort_;  // of a message under way

  mutable Mutex mutex_;
  CondVar expected_;
  std::optional<WallTime> next_ UTBOKS_GUARDED_BY(mutex_);
  bool stopping_ UTBOKS_GUARDED_BY(mutex_) = false;
  int sending_ UTBOKS_GUARDED_BY(mutex_) = 0;

  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace utboks
