#include "producer/submit/busy_alarm.h"

#include "queue/base/log.h"

namespace utboks {
namespace {

constexpr std::string_view kName = "store-busy";

}  // namespace

bool BusyAlarm::Saw(const Status& status) {
  if (status.code() != Code::kBusy) return false;
  MutexLock lock(mutex_);
  seen_ = true;
  if (!stands_) LogWarning("alarm-raised", {{"alarm", kName}, {"text", status.text()}});
  stands_ = true;
  return true;
}

void BusyAlarm::Tick() {
  bool wanted = false;
  {
    MutexLock lock(mutex_);
    wanted = seen_;
    seen_ = false;
    if (stored_ == wanted) return;
  }
  // Not under the lock: it may wait for the store, and be busy itself.
  const Status set = store_.SetAlarm(kName, "", wanted);
  if (Saw(set) || !set.ok()) return;
  MutexLock lock(mutex_);
  stored_ = wanted;
  if (wanted || !stands_ || seen_) return;
  stands_ = false;
  LogInfo("alarm-cleared", {{"alarm", kName}});
}

}  // namespace utboks
