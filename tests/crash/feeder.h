// Hands messages in by `utboks enqueue`, call after call, and kills some of the calls.
//
// What a killed call had acknowledged (an id on standard output) is remembered; the
// same command is then run again, and must give the same ids for what was there.
// Runs on a thread of its own; failures fail the running test.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "tests/crash/outbox.h"

namespace utboks::testing {

class Feeder {
 public:
  // Message n is about person n % persons, so that of each person one comes after the
  // other.  `outbox` outlives it.  Nothing is handed in before Allow.
  Feeder(const Outbox& outbox, int messages, int persons, std::uint64_t seed);
  ~Feeder();
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  // Messages up to this one may be handed in; never fewer than before.
  void Allow(int messages);
  // So many have been acknowledged, in their order.
  int Acknowledged() const;
  // False when `patience` ends before so many are.
  bool Await(int acknowledged, Millis patience) const;

  // After all has been handed in: the id of each message, its number as index.
  const std::vector<std::string>& ids() const { return ids_; }
  int killed() const { return killed_; }            // calls that a kill met alive
  int found_again() const { return found_again_; }  // messages that a second run found there
  // All that the calls have said.
  const std::string& said() const { return said_; }

 private:
  void Run();
  void HandIn(int first, int last);
  // One run of the command; true when it came to its end.
  bool RunOnce(const std::vector<std::string>& words, int first, int last, bool kill);

  const Outbox& outbox_;
  const int messages_, persons_;
  const std::unique_ptr<Random> chance_;
  Millis longest_{20};  // that a call has taken so far

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int allowed_ = 0, acknowledged_ = 0;  // guarded by mutex_
  bool stopping_ = false;               // guarded by mutex_

  // The thread's, until all are acknowledged.
  std::vector<std::string> ids_;
  std::string said_;
  int killed_ = 0, found_again_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks::testing
