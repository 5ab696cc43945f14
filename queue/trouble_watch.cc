#include "queue/trouble_watch.h"

#include "queue/base/log.h"

namespace utboks {

void TroubleWatch::Tell(const Status& status, bool works) {
  const SteadyTime now = clock_.Steady();
  if (!status.ok()) {
    if (!failing_since_) failing_since_ = now;
    if (status.text() != told_) LogWarning(name_ + "-failed", {{"text", status.text()}});
    told_ = status.text();
  } else if (works) {
    if (failing_since_) LogInfo(name_ + "-works-again");
    failing_since_.reset();
    told_.clear();
  }
  const bool stands = failing_since_ && now - *failing_since_ >= kStandsAfter;
  if (alarm_ == stands || (!stands && failing_since_)) return;
  if (!alarms_.SetAlarm(name_, "", stands).ok()) return;  // looked at again in a moment
  if (stands) LogWarning("alarm-raised", {{"alarm", name_}, {"text", told_}});
  if (!stands && alarm_) LogInfo("alarm-cleared", {{"alarm", name_}});
  alarm_ = stands;
}

}  // namespace utboks
