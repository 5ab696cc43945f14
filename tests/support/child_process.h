// A program run beside a test: started, watched, killed and always reaped.
//
// Output is read all the time by a thread of its own, so a child never blocks on
// a full pipe, and whoever waits for a line wakes when it is written: nothing
// here sleeps.  A child that is still there when its ChildProcess goes is killed.
// It is also killed when the thread that started it ends (so nothing outlives a
// test that ctest cut off): start it from a thread that lives long enough.
//
// Methods may be called from many threads.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks::testing {

struct ProcessSpec {
  std::vector<std::string> argv = {};         // argv[0] is looked for on PATH when it holds no '/'
  std::vector<std::string> environment = {};  // "NAME=value" beside, or instead of, ours
  std::string input = {};                     // what standard input gives before it ends
  std::string directory = {};                 // where it runs; "" = where we run
};

struct ProcessExit {
  int code = 0;    // when it ended by itself
  int signal = 0;  // when a signal ended it
  bool operator==(const ProcessExit&) const = default;
};

class ChildProcess {
 public:
  // kUnreadable: the program could not be started, with the system's reason.
  static Result<std::unique_ptr<ChildProcess>> Start(const ProcessSpec& spec);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // To a child that has ended it does nothing (its number is never given away
  // before it is reaped, and a reaped one is not signalled).
  void Signal(int signal);
  // How it ended; nothing when it still runs after `patience`.  All it wrote is
  // in Out() and Err() by then.
  std::optional<ProcessExit> Wait(Millis patience = std::chrono::seconds(60));
  // SIGKILL, and how it ended.
  ProcessExit Kill();

  std::string Out() const;
  std::string Err() const;
  // True as soon as what it wrote, counted from its beginning or from byte
  // `from`, holds `text`; false when it ended or `patience` is over without.
  bool AwaitOut(std::string_view text, Millis patience = std::chrono::seconds(30),
                std::size_t from = 0);
  bool AwaitErr(std::string_view text, Millis patience = std::chrono::seconds(30),
                std::size_t from = 0);

 private:
  struct Pipes {
    int in = -1, out = -1, err = -1, end = -1;  // end: pidfd
  };
  ChildProcess(pid_t pid, Pipes pipes, std::string input);
  void Watch(Pipes pipes, std::string_view input);
  bool Await(const std::string& stream, std::string_view text, Millis patience, std::size_t from);

  const pid_t pid_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::string out_, err_;
  std::optional<ProcessExit> ended_;

  std::thread watcher_;  // last: it uses everything above
};

// Runs `spec` to its end, which it is given `patience` for.
struct Finished {
  std::optional<ProcessExit> exit;  // nothing: could not start (see err), or killed for time
  std::string out, err;
  // The exit code, or -1 when it did not end by itself.
  int code() const { return exit && exit->signal == 0 ? exit->code : -1; }
};
Finished RunToEnd(const ProcessSpec& spec, Millis patience = std::chrono::seconds(60));

}  // namespace utboks::testing
