#include "queue/base/service.h"

#include "queue/base/log.h"

namespace utboks {

ServiceGroup::~ServiceGroup() {
  Stop();
  while (!services_.empty()) services_.pop_back();
}

Status ServiceGroup::Start() {
  while (running_ < services_.size()) {
    Service& service = *services_[running_];
    if (Status status = service.Start(); !status.ok()) {
      Stop();
      return status;
    }
    ++running_;
    LogDebug("service-started", {{"service", service.name()}});
  }
  return Status();
}

void ServiceGroup::Stop() {
  while (running_ > 0) {
    Service& service = *services_[--running_];
    service.Stop();
    LogDebug("service-stopped", {{"service", service.name()}});
  }
}

}  // namespace utboks
