// Fails each test that logs a warning or an error it did not announce.
//
// Including this header in any source of a test program is enough: a listener
// collects the log of each test.  Also a failure: an announced event that did
// not come, and a field that had to be masked (somebody logged what looks like a
// personal number).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/log.h"
#include "queue/base/mutex.h"

namespace utboks::testing {

class LogWatch final : public LogSink, public ::testing::EmptyTestEventListener {
 public:
  // The running test is to log `event`, as a warning or an error, at least once.
  static void Expect(std::string_view event) {
    MutexLock lock(Instance().mutex_);
    Instance().expected_.emplace(event);
  }
  // The running test may log `event` so: whether it does depends on time.
  static void Allow(std::string_view event) {
    MutexLock lock(Instance().mutex_);
    Instance().allowed_.emplace(event);
  }
  // The running test shows on purpose that numbers are masked.
  static void ExpectMasked() {
    MutexLock lock(Instance().mutex_);
    Instance().masked_expected_ = true;
  }
  // What the running test has logged so far, of every level.
  static std::vector<LogRecord> Records() {
    MutexLock lock(Instance().mutex_);
    return Instance().records_;
  }
  static int Count(std::string_view event) {
    const auto records = Records();
    return static_cast<int>(std::count_if(records.begin(), records.end(),
                                          [&](const LogRecord& r) { return r.event == event; }));
  }

  void Write(const LogRecord& record) override {
    MutexLock lock(mutex_);
    records_.push_back(record);
  }

  void OnTestStart(const ::testing::TestInfo&) override {
    {
      MutexLock lock(mutex_);
      records_.clear();  // of what ran between the tests
    }
    // The listener lives as long as the program: nothing to own.
    SwapLogSink(std::shared_ptr<LogSink>(std::shared_ptr<void>(), this), LogLevel::kDebug);
  }

  void OnTestEnd(const ::testing::TestInfo&) override {
    SwapLogSink(nullptr, LogLevel::kInfo);
    Judge();
  }

  // Holds what was logged against what was announced, and forgets both.
  void Judge() {
    std::vector<LogRecord> records;
    std::set<std::string, std::less<>> expected, allowed;
    bool masked_expected = false;
    {
      MutexLock lock(mutex_);
      records.swap(records_);
      expected.swap(expected_);
      allowed.swap(allowed_);
      std::swap(masked_expected, masked_expected_);
    }
    for (const LogRecord& record : records) {
      const std::string line = FormatRecord(record, LogFormat::kText);
      if (record.level >= LogLevel::kWarning && !expected.contains(record.event) &&
          !allowed.contains(record.event)) {
        ADD_FAILURE() << "not announced by the test: " << line;
      }
      if (record.masked && !masked_expected) ADD_FAILURE() << "had to be masked: " << line;
    }
    for (const std::string& event : expected) {
      if (std::none_of(records.begin(), records.end(),
                       [&](const LogRecord& r) { return r.event == event; })) {
        ADD_FAILURE() << "announced and never logged: " << event;
      }
    }
  }

  static LogWatch& Instance() {
    // Owned by GoogleTest's list of listeners.
    static LogWatch* const watch = [] {
      auto* made = new LogWatch;
      ::testing::UnitTest::GetInstance()->listeners().Append(made);
      return made;
    }();
    return *watch;
  }

 private:
  LogWatch() = default;

  Mutex mutex_;
  std::vector<LogRecord> records_ UTBOKS_GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> expected_ UTBOKS_GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> allowed_ UTBOKS_GUARDED_BY(mutex_);
  bool masked_expected_ UTBOKS_GUARDED_BY(mutex_) = false;
};

inline LogWatch& utboks_log_watch_installed = LogWatch::Instance();

}  // namespace utboks::testing
