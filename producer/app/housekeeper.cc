#include "producer/app/housekeeper.h"

#include <chrono>
#include <utility>

namespace utboks::app {
namespace {

constexpr Millis kLookEvery{2'000};
// What stands is said again so often: another worker, whose own is well, may have cleared it.
constexpr int kLooksPerReminder = 30;
// delivery.md §11: further apart, and a not-before or a retry is not when it should be.
constexpr Millis kClocksApart{60'000};

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
    reminds_ = look % kLooksPerReminder == 0;
    LookAtCertificate();
    LookAtClock();
    LookAtKeys();
    clock_.WaitUntil(clock_.Steady() + kLookEvery, stop_.get_token());
  }
}

void Housekeeper::LookAtCertificate() {
  const Status renewed = access_.Renew();
  if (!renewed.ok()) LogError("certificate-not-taken-up", {{"text", renewed.text()}});
  const std::shared_ptr<const RegisterSite> site = access_.site();
  const WallTime now = clock_.Wall();
  const long long days = site->credentials().DaysLeft(now);
  Keep("certificate-expiry", site->credentials().EndsSoon(now), &expiry_stands_, {"days", days});
}

void Housekeeper::LookAtClock() {
  const std::optional<Millis> ahead = access_.ClockAhead();
  // Before the first answer nobody knows; what a worker before us knew stays.
  if (!ahead) return;
  Keep("clock", std::chrono::abs(*ahead) > kClocksApart, &clock_stands_,
       {"register_ahead_ms", *ahead});
}

void Housekeeper::LookAtKeys() {
  const Status fits = keys_.Look();
  Keep("key", !fits.ok(), &key_stands_, {"text", fits.text()});
}

void Housekeeper::Keep(std::string_view alarm, bool stands, std::optional<bool>* kept,
                       LogField detail) {
  const bool again = *kept == stands;
  if (again && !(stands && reminds_)) return;
  if (!store_.SetAlarm(alarm, "", stands).ok() || again) return;  // looked at again in a moment
  if (stands) {
    LogWarning("alarm-raised", {{"alarm", alarm}, std::move(detail)});
  } else if (*kept) {
    LogInfo("alarm-cleared", {{"alarm", alarm}, std::move(detail)});
  }
  *kept = stands;
}

}  // namespace utboks::app
