#include "tests/crash/feeder.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "tests/support/child_process.h"

namespace utboks::testing {
namespace {

constexpr std::uint64_t kMostInACall = 4;
constexpr std::uint64_t kOneCallIn = 4;  // is killed
constexpr Millis kPatience = std::chrono::minutes(2);

}  // namespace

Feeder::Feeder(const Outbox& outbox, int messages, int persons, std::uint64_t seed)
    : outbox_(outbox),
      messages_(messages),
      persons_(persons),
      chance_(SeededRandom(seed)),
      ids_(static_cast<std::size_t>(messages)),
      thread_([this] { Run(); }) {}

Feeder::~Feeder() {
  {
    std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Feeder::Allow(int messages) {
  {
    std::lock_guard guard(mutex_);
    allowed_ = std::max(allowed_, std::min(messages, messages_));
  }
  changed_.notify_all();
}

int Feeder::Acknowledged() const {
  std::lock_guard guard(mutex_);
  return acknowledged_;
}

bool Feeder::Await(int acknowledged, Millis patience) const {
  std::unique_lock guard(mutex_);
  return changed_.wait_for(guard, patience, [&] { return acknowledged_ >= acknowledged; });
}

void Feeder::Run() {
  for (int next = 0; next < messages_;) {
    int last = next + static_cast<int>(chance_->Below(kMostInACall)) + 1;
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [&] { return stopping_ || allowed_ > next; });
      if (stopping_) return;
      last = std::min(last, allowed_);
    }
    HandIn(next, last);
    next = last;
    {
      std::lock_guard guard(mutex_);
      acknowledged_ = next;
    }
    changed_.notify_all();
  }
}

void Feeder::HandIn(int first, int last) {
  std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
  for (int n = first; n < last; ++n) words.push_back(outbox_.Message(n, n % persons_));
  bool kill = chance_->Below(kOneCallIn) == 0;
  // Twice is enough: the second run is not killed.
  while (!RunOnce(words, first, last, kill)) kill = false;
}

bool Feeder::RunOnce(const std::vector<std::string>& words, int first, int last, bool kill) {
  const SteadyTime began = std::chrono::steady_clock::now();
  auto started = ChildProcess::Start(outbox_.Utboks(words));
  if (!started.ok()) {
    ADD_FAILURE() << started.status().text();
    return true;
  }
  ChildProcess& call = **started;
  std::optional<ProcessExit> exit;
  if (kill) {
    // At any moment of its life: waits for its end, and not quite as long as that takes.
    exit = call.Wait(chance_->Between(Millis(0), longest_));
    if (!exit) exit = call.Kill();
  } else {
    exit = call.Wait(kPatience);
  }
  const bool met = kill && exit && exit->signal == SIGKILL;
  if (met) {
    ++killed_;
  } else {
    EXPECT_TRUE(exit && *exit == (ProcessExit{0, 0})) << call.Err();
    longest_ = std::max(
        longest_, std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began));
  }
  said_ += call.Out() + call.Err();
  // "ID  FILE", one line for each file in turn; a line without its end is no
  // acknowledgement.
  std::istringstream lines(call.Out());
  int n = first;
  for (std::string line; n < last && std::getline(lines, line) && !lines.eof(); ++n) {
    std::string& id = ids_[static_cast<std::size_t>(n)];
    const std::string told = line.substr(0, line.find(' '));
    EXPECT_TRUE(id.empty() || id == told) << "message " << n << " was " << id << ", now " << told;
    id = told;
    if (line.find("(there already") != std::string::npos) ++found_again_;
  }
  EXPECT_TRUE(met || n == last) << "only " << n - first << " ids:\n" << call.Out() << call.Err();
  return !met;
}

}  // namespace utboks::testing
