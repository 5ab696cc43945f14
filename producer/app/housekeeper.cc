#include "producer/app/housekeeper.h"

#include "queue/base/log.h"

namespace utboks::app {
namespace {

constexpr Millis kLookEvery{10'000};
constexpr int kLooksPerPurge = 360;  // once an hour

}  // namespace

Status Housekeeper::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void Housekeeper::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::Run() {
  for (int look = 0; !stop_.stop_requested(); ++look) {
    LookAtCertificate();
    if (look % kLooksPerPurge == 0) Purge();
    clock_.WaitUntil(clock_.Steady() + kLookEvery, stop_.get_token());
  }
}

void Housekeeper::LookAtCertificate() {
  const Status renewed = access_.Renew();
  if (!renewed.ok()) LogError("certificate-not-taken-up", {{"text", renewed.text()}});
  const std::shared_ptr<const RegisterSite> site = access_.site();
  const WallTime now = clock_.Wall();
  const long long days = site->credentials().DaysLeft(now);
  const bool soon = site->credentials().EndsSoon(now);
  if (expiry_stands_ == soon) return;
  const Status set = store_.SetAlarm("certificate-expiry", "", soon);
  if (!set.ok()) return;  // looked at again in a moment
  const bool known = expiry_stands_.has_value();
  expiry_stands_ = soon;
  if (soon) {
    LogWarning("alarm-raised", {{"alarm", "certificate-expiry"}, {"days", days}});
  } else if (known) {
    LogInfo("alarm-cleared", {{"alarm", "certificate-expiry"}, {"days", days}});
  }
}

void Housekeeper::Purge() {
  Desk::Purged purged;
  const Retention retention{config_.retention.content_after, config_.retention.record_after, false};
  const Status status = desk_.Purge(retention, stop_.get_token(), &purged);
  if (!status.ok()) LogWarning("purge-failed", {{"text", status.text()}});
  if (purged.closed + purged.contents + purged.records > 0) {
    LogInfo(
        "purged",
        {{"closed", purged.closed}, {"contents", purged.contents}, {"records", purged.records}});
  }
}

}  // namespace utboks::app
