#include "queue/base/service.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "queue/base/mutex.h"
#include "tests/support/log_watch.h"

namespace utboks {
namespace {

using Diary = std::vector<std::string>;

class NotingService final : public Service {
 public:
  NotingService(std::string name, Diary& diary, Status start = Status())
      : name_(std::move(name)), diary_(diary), start_(std::move(start)) {}
  ~NotingService() override { diary_.push_back("gone " + name_); }
  std::string_view name() const override { return name_; }
  Status Start() override {
    diary_.push_back("start " + name_);
    return start_;
  }
  void Stop() override { diary_.push_back("stop " + name_); }

 private:
  const std::string name_;
  Diary& diary_;
  const Status start_;
};

TEST(ServiceGroupTest, StartsInOrderAndStopsInReverse) {
  Diary diary;
  {
    ServiceGroup group;
    group.Add(std::make_unique<NotingService>("a", diary));
    group.Add(std::make_unique<NotingService>("b", diary));
    EXPECT_TRUE(group.Start().ok());
    group.Stop();
    group.Stop();
  }
  EXPECT_EQ(diary, (Diary{"start a", "start b", "stop b", "stop a", "gone b", "gone a"}));
}

TEST(ServiceGroupTest, AFailedStartStopsTheOnesBefore) {
  Diary diary;
  ServiceGroup group;
  group.Add(std::make_unique<NotingService>("a", diary));
  group.Add(std::make_unique<NotingService>("b", diary, Status(Code::kConfig, "port taken")));
  group.Add(std::make_unique<NotingService>("c", diary));
  const Status status = group.Start();
  EXPECT_EQ(status.code(), Code::kConfig);
  EXPECT_EQ(status.text(), "port taken");
  EXPECT_EQ(diary, (Diary{"start a", "start b", "stop a"}));
}

TEST(ServiceGroupTest, StopWithoutStartDoesNothing) {
  Diary diary;
  ServiceGroup group;
  group.Add(std::make_unique<NotingService>("a", diary));
  group.Stop();
  EXPECT_TRUE(diary.empty());
}

// A thread that counts until it is stopped: the shape every service has.
class CountingService final : public Service {
 public:
  ~CountingService() override { Stop(); }
  std::string_view name() const override { return "counting"; }
  Status Start() override {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      std::stop_callback wake(stop, [this] {
        MutexLock lock(mutex_);
        changed_.NotifyAll();
      });
      MutexLock lock(mutex_);
      while (!stop.stop_requested()) {
        ++rounds_;
        changed_.NotifyAll();
        changed_.WaitUntil(mutex_, SystemClock().Steady() + std::chrono::milliseconds(1));
      }
    });
    return Status();
  }
  void Stop() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  void AwaitRound() {
    MutexLock lock(mutex_);
    while (rounds_ == 0) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int rounds_ UTBOKS_GUARDED_BY(mutex_) = 0;
  std::jthread thread_;  // last: it uses what stands above
};

TEST(ServiceGroupTest, ManyStartsAndStops) {
  for (int i = 0; i < 300; ++i) {
    ServiceGroup group;
    std::vector<CountingService*> services;
    for (int s = 0; s < 3; ++s) {
      auto service = std::make_unique<CountingService>();
      services.push_back(service.get());
      group.Add(std::move(service));
    }
    ASSERT_TRUE(group.Start().ok());
    if (i % 3 == 0) services[1]->AwaitRound();
    if (i % 2 == 0) group.Stop();
  }
}

}  // namespace
}  // namespace utboks
