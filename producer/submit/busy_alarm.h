// The alarm `store-busy`: another process holds the store, or its disk fails, and
// what the worker wants to write waits.
//
// It is logged when it begins and when it is over.  In the store it can be written
// only once the store lets itself be written again: from then until a quiet tick it
// stands in `utboks status`, so that a store which is busy again and again is seen.
// Safe for many threads.
#pragma once

#include <optional>

#include "queue/base/mutex.h"
#include "queue/base/status.h"
#include "queue/store.h"

namespace utboks {

class BusyAlarm {
 public:
  // `store` outlives it.
  explicit BusyAlarm(Delivery& store) : store_(store) {}

  // What a call of the store came to.  True when it was kBusy: it is told of here
  // and needs no line of its own in the log.
  bool Saw(const Status& status);
  // A tick has gone well: writes down what has changed.
  void Tick();

 private:
  Delivery& store_;
  Mutex mutex_;
  bool seen_ UTBOKS_GUARDED_BY(mutex_) = false;    // since the last tick
  bool stands_ UTBOKS_GUARDED_BY(mutex_) = false;  // logged as raised
  // In the store, once we have written it; before that there may be one of a worker
  // before us.
  std::optional<bool> stored_ UTBOKS_GUARDED_BY(mutex_);
};

}  // namespace utboks
