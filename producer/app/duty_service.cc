#include "producer/app/duty_service.h"

#include "queue/base/log.h"

namespace utboks::app {
namespace {

// How long after a worker's death its duties are nobody's.
constexpr Millis kTerm{60'000};
constexpr Millis kProlongEvery{15'000};
// It is stopped so long before its time is over: what it began then has come to rest.
constexpr Millis kMargin{15'000};

}  // namespace

Status DutyService::Start() {
  UTBOKS_RETURN_IF_ERROR(Look());
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void DutyService::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
  const bool ours = service_ != nullptr;
  Rest();
  if (ours) (void)duties_.LeaveDuty(duty_);
}

void DutyService::Run() {
  while (clock_.WaitUntil(clock_.Steady() + kProlongEvery, stop_.get_token())) {
    const Status looked = Look();
    if (!looked.ok()) LogWarning("duty-not-run", {{"duty", duty_}, {"text", looked.text()}});
  }
}

Status DutyService::Look() {
  const SteadyTime begun = clock_.Steady();
  const Result<bool> ours = duties_.TakeDuty(duty_, kTerm);
  if (ours.ok() && *ours) {
    ours_until_ = begun + kTerm - kMargin;
    if (service_ != nullptr) return Status();
    std::unique_ptr<Service> service = make_();
    UTBOKS_RETURN_IF_ERROR(service->Start());
    service_ = std::move(service);
    LogInfo("duty-taken", {{"duty", duty_}});
    return Status();
  }
  // A store that does not answer gives it to nobody else either, until its time is over.
  if (!ours.ok() && clock_.Steady() < ours_until_) return Status();
  Rest();
  return Status();
}

void DutyService::Rest() {
  if (service_ == nullptr) return;
  service_->Stop();
  service_.reset();
}

}  // namespace utboks::app
