// Something that runs until it is told to stop, and how several run together.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "queue/base/status.h"

namespace utboks {

// Start and Stop are called by one thread at a time.
class Service {
 public:
  virtual ~Service() = default;
  virtual std::string_view name() const = 0;  // for the log
  // Returns when it runs, or with the reason why it does not: then nothing of it
  // runs and Stop has nothing to do.  Not called again after Stop.
  virtual Status Start() = 0;
  // Asks it to end and waits until it has.  Safe twice, and without Start.
  virtual void Stop() = 0;
};

// Starts in the order added, stops in reverse.  Owns its services; stopped and
// destroyed in reverse when it goes.
class ServiceGroup {
 public:
  ServiceGroup() = default;
  ~ServiceGroup();
  ServiceGroup(const ServiceGroup&) = delete;
  ServiceGroup& operator=(const ServiceGroup&) = delete;

  void Add(std::unique_ptr<Service> service) { services_.push_back(std::move(service)); }
  // The first failure stops those already running and is returned.
  Status Start();
  void Stop();

 private:
  std::vector<std::unique_ptr<Service>> services_;
  std::size_t running_ = 0;  // the first `running_` services have been started
};

}  // namespace utboks
