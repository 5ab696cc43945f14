// The worker's hand on replay jobs: moves the one that runs on, as fast as its batches
// and its rate let it.  Stopped or killed anywhere, the next one goes on from what the
// store holds.
#pragma once

#include <stop_token>
#include <thread>

#include "producer/ops/replay_jobs.h"
#include "queue/base/clock.h"
#include "queue/base/service.h"

namespace utboks {

class ReplayRunner final : public Service {
 public:
  // Both outlive it.
  ReplayRunner(ReplayJobs& jobs, Clock& clock) : jobs_(jobs), clock_(clock) {}
  ~ReplayRunner() override { Stop(); }

  std::string_view name() const override { return "replay"; }
  Status Start() override;
  void Stop() override;

 private:
  void Run();
  // False when there is nothing to do at once.
  bool Step();

  ReplayJobs& jobs_;
  Clock& clock_;
  Code failing_ = Code::kOk;  // logged once; the thread's alone
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks
