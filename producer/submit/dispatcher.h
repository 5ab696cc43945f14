// Moves what is due to the register and writes down what became of it.
//
// Two threads beside the senders: one claims and reads as many messages as senders stand
// free and windows have room, one settles many outcomes in one commit.  A third
// asks the closed gates (prober), a fourth learns at the start what they would be
// asked (head_learner).  They meet the rest of the program only in the
// store.  Stop first ends claiming, hands back what was not begun, gives what is
// being sent `stop_timeout`, cuts off the rest (in doubt), and settles last.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "producer/submit/busy_alarm.h"
#include "producer/submit/head_learner.h"
#include "producer/submit/prober.h"
#include "producer/submit/sender_pool.h"
#include "queue/base/mutex.h"
#include "queue/base/service.h"
#include "queue/delivery_settings.h"
#include "queue/window.h"

namespace utboks {

struct DispatcherSettings {
  DeliverySettings delivery;
  Millis time_limit{70'000};  // connect_timeout + response_timeout
  // All that the catalogue has: what waits for one that is in use no longer is not
  // forgotten, the register's answer tells of it.
  std::vector<std::string> resources;
  // Those in use, which a worker asks HEAD of at its start: of the others the register
  // may know nothing.
  std::vector<std::string> in_use = {};
};

class Dispatcher final : public Service {
 public:
  // `store` and `clock` must outlive it.
  Dispatcher(Delivery& store, const ClientFactory& make_client, DispatcherSettings settings,
             Clock& clock);
  ~Dispatcher() override;

  std::string_view name() const override { return "dispatcher"; }
  // Recovers what dead workers left, then claims.
  Status Start() override;
  void Stop() override;

  // The store can no longer be written (kCorrupt, kInternal, kSuperseded): the worker must end
  // with this.  Ok while all is well.
  Status Failure() const;

 private:
  void ClaimLoop();
  void SettleLoop();
  void TickLoop();
  Status TickOnce();
  SteadyTime ClaimOnce();
  void SendOut(std::span<const Lease> leases);
  bool Settle(std::vector<Returned>& returned);
  void Judge(const Returned& returned) UTBOKS_REQUIRES(mutex_);
  std::vector<Room> RoomNow();
  bool NoteOpenings(const Claimed& claimed);
  // A call of the store did not work: logged, and the end of the worker when
  // nothing can be written any more.
  void Fail(std::string_view event, const Status& status);

  Delivery& store_;
  const DispatcherSettings settings_;
  Clock& clock_;
  BusyAlarm busy_;
  SenderPool pool_;
  Prober prober_;
  HeadLearner learner_;

  mutable Mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_ UTBOKS_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t, std::less<>> openings_ UTBOKS_GUARDED_BY(mutex_);
  Status failure_ UTBOKS_GUARDED_BY(mutex_);
  std::atomic<bool> unsettled_ = false;  // the store could not take outcomes
  bool running_ = false;                 // the caller's thread alone
  std::stop_source claiming_;
  std::stop_source settling_;

  // Last: they use all of the above.
  std::thread claimer_;
  std::thread settler_;
  std::thread ticker_;
};

}  // namespace utboks
