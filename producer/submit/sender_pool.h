// The threads that send: each with a RegisterClient, and so a kept-alive session,
// of its own.
//
// A claimed message goes in by Send and comes back by Collect, with its outcome
// or as surely not begun.  Threads start when they are first needed.  Safe for
// many threads.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "producer/submit/register_client.h"
#include "queue/base/clock.h"
#include "queue/base/mutex.h"
#include "queue/store.h"

namespace utboks {

using ClientFactory = std::function<std::unique_ptr<RegisterClient>()>;

// One claimed message, back from its sender.
struct Returned {
  Lease lease;
  SteadyTime began{};
  std::optional<Outcome> outcome;  // nothing: surely not begun
};

class SenderPool {
 public:
  // `time_limit`: connect and response together, per message.
  SenderPool(Delivery& store, ClientFactory make_client, int senders, Millis time_limit,
             Clock& clock);
  ~SenderPool();
  SenderPool(const SenderPool&) = delete;
  SenderPool& operator=(const SenderPool&) = delete;

  // Senders that stand free.
  int Free() const;
  int InFlight() const;
  // One for each sender that stands free, at most.  `payloads`: of each, what it is made of,
  // or nothing: then its sender loads it.
  void Send(std::vector<Lease> leases, std::vector<std::optional<Payload>> payloads);

  // Waits until something is back, or until `until`; all that is back.  `enough`
  // messages are waited for a little, at most until `linger`, so that one commit
  // settles many.
  std::vector<Returned> Collect(SteadyTime until, Millis linger);
  // Wakes Collect.
  void Wake();

  // Nothing more is begun: what waits for a sender comes back as not begun.
  void StopBeginning();
  // What is being sent is cut off.
  void Abort();

 private:
  struct Assigned {
    Lease lease;
    std::optional<Payload> payload;
  };

  void Run();
  std::optional<Returned> SendOne(RegisterClient& client, Assigned& assigned);
  void GiveBack(Returned returned) UTBOKS_REQUIRES(mutex_);
  bool Enough() const UTBOKS_REQUIRES(mutex_);  // for Collect to come back

  Delivery& store_;
  const ClientFactory make_client_;
  const int senders_;
  const Millis time_limit_;
  Clock& clock_;
  std::stop_source abort_;

  mutable Mutex mutex_;
  CondVar work_;
  CondVar back_;
  std::deque<Assigned> waiting_ UTBOKS_GUARDED_BY(mutex_);
  std::vector<Returned> returned_ UTBOKS_GUARDED_BY(mutex_);
  int busy_ UTBOKS_GUARDED_BY(mutex_) = 0;
  bool beginning_ UTBOKS_GUARDED_BY(mutex_) = true;
  bool closing_ UTBOKS_GUARDED_BY(mutex_) = false;
  bool lingering_ UTBOKS_GUARDED_BY(mutex_) = false;  // Collect has some and waits for more
  bool woken_ UTBOKS_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace utboks
