#include "producer/app/retention.h"

#include <chrono>

#include "queue/base/log.h"

namespace utboks::app {
namespace {

constexpr Millis kPurgeEvery = std::chrono::hours(1);

}  // namespace

Status RetentionKeeper::Start() {
  thread_ = std::thread([this] {
    do {
      Purge();
    } while (clock_.WaitUntil(clock_.Steady() + kPurgeEvery, stop_.get_token()));
  });
  return Status();
}

void RetentionKeeper::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void RetentionKeeper::Purge() {
  Desk::Purged purged;
  const Retention retention{retention_.content_after, retention_.record_after, false};
  const Status status = desk_.Purge(retention, stop_.get_token(), &purged);
  if (!status.ok()) LogWarning("purge-failed", {{"text", status.text()}});
  if (purged.closed + purged.contents + purged.records > 0) {
    LogInfo(
        "purged",
        {{"closed", purged.closed}, {"contents", purged.contents}, {"records", purged.records}});
  }
}

}  // namespace utboks::app
