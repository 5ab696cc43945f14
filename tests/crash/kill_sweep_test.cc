// SIGKILL between any two changes of the disk: strace kills the program at its n-th
// write, sync, truncation, renaming or removal, for every n.  Then the same is run again
// and must come to its end, with everything that was acknowledged.
//
// strace counts the calls of each name and of each thread apart.  Where an earlier thread
// would hide a later one, only the calls on one file are counted.  On PostgreSQL a program
// changes nothing but by what it sends, so there it is killed at its n-th sending.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/crash/agreement.h"
#include "tests/crash/outbox.h"
#include "tests/crash/scale.h"
#include "tests/support/postgres_server.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/syscall_trace.h"

namespace utboks::testing {
namespace {

// All that changes a disk, but for openat: what it makes is followed by one of these.
const std::vector<std::string> kChanges = {"write",     "writev", "pwrite64", "ftruncate", "fsync",
                                           "fdatasync", "unlink", "rename",   "renameat2"};
constexpr int kMostCalls = 400;
// Pages are written by the dozen, a head and a page in turn: every third is enough, and
// of those of a checkpoint fewer still.  Of all else every call has its turn.
constexpr int kPageStride = kSanitized ? 25 : 3, kStride = kSanitized ? 4 : 1;

// A file whose changes are counted.
struct Counted {
  const char* suffix;  // to the store's path
  int page_stride;
};
constexpr Counted kFiles[] = {{"-wal", kPageStride}, {"", 3 * kPageStride}};

// Where a run is killed: at the n-th call of this name, as strace counts them.
struct Moment {
  std::string name;
  int n = 0;
};

// Kills `spec` there; with a `file` only its calls count.  True when it was killed,
// false when it came to its end before; that must be with 0.
bool KillAt(const Moment& moment, ProcessSpec spec, const std::string& file, Finished* run) {
  std::vector<std::string> more = {
      "-e", "inject=" + moment.name + ":signal=KILL:when=" + std::to_string(moment.n)};
  if (!file.empty()) more.insert(more.end(), {"-P", file});
  spec.environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");
  std::vector<Syscall> calls;
  *run = RunTraced(spec, {moment.name}, &calls, more);
  if (run->exit && run->exit->signal == SIGKILL) return true;
  EXPECT_EQ(run->code(), 0) << run->err;
  return false;
}

// The ids on standard output; a line without its end does not count.
std::vector<std::string> IdsIn(const std::string& out) {
  std::vector<std::string> ids;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line) && !lines.eof();) {
    ids.push_back(line.substr(0, line.find(' ')));
  }
  return ids;
}

class KillSweep : public ::testing::Test {
 protected:
  void SetUp() override {
    const Finished run = RunToEnd({.argv = {"strace", "-qq", "-o", "/dev/null", "true"}});
    if (run.code() != 0) GTEST_SKIP() << "strace does not work here: " << run.err;
  }

  using One = std::function<bool(const Moment&)>;

  // `one` is given moment after moment; of each name until it says that nothing was
  // killed.
  static void Sweep(int page_stride, const One& one) {
    int killed = 0;
    for (const std::string& name : kChanges) {
      killed += SweepCall(name, name == "pwrite64" ? page_stride : kStride, one);
    }
    EXPECT_GT(killed, 0) << "nothing was killed";
    std::cout << "killed at " << killed << " moments\n";
  }
  // Of one name; at how many it was killed.
  static int SweepCall(const std::string& name, int stride, const One& one) {
    int killed = 0;
    for (int n = 1; n < kMostCalls && one({name, n}) && !HasFailure(); n += stride) ++killed;
    EXPECT_FALSE(HasFailure()) << "killed at " << name << " " << 1 + killed * stride;
    EXPECT_LT(killed * stride, kMostCalls - stride) << "it never came to its end";
    return killed;
  }

  // Two messages, handed in by a command that is killed, and by the same again.
  static bool HandIn(const Outbox& outbox, const Moment& moment, const std::string& file) {
    const ProcessSpec enqueue = outbox.Utboks(
        {"enqueue", "--ressurs", "doedsfall_v1", outbox.Message(0, 0), outbox.Message(1, 1)});
    Finished killed;
    const bool met = KillAt(moment, enqueue, file, &killed);
    const std::vector<std::string> acknowledged = IdsIn(killed.out);
    const Finished again = RunToEnd(enqueue);
    EXPECT_EQ(again.code(), 0) << again.err;
    const std::vector<std::string> ids = IdsIn(again.out);
    EXPECT_EQ(ids.size(), 2U) << again.out;
    EXPECT_LE(acknowledged.size(), ids.size());
    EXPECT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), ids.begin()))
        << "acknowledged:\n"
        << killed.out << "and then:\n"
        << again.out;
    const auto store = OpenStore(outbox.Options());
    EXPECT_TRUE(store.ok()) << store.status().text();
    if (store.ok()) {
      EXPECT_EQ((*store)->List(Filter{})->size(), 2U);
    }
    return met;
  }

  static std::string WorkerSettings() {
    return "[delivery]\nin_doubt = \"resend\"\nbackoff_min = \"1ms\"\n"
           "backoff_max = \"10ms\"\nrate_limit_per_minute = 0\n";
  }

  // Three messages on two persons, delivered by a worker that is killed, and by the next one.
  static bool Deliver(const SimulatorFixture& reg, const Outbox& outbox, const Moment& moment,
                      const std::string& file) {
    constexpr int kPersons = 2;
    std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
    for (int message = 0; message < 3; ++message) {
      words.push_back(outbox.Message(message, message % kPersons));
    }
    const std::vector<std::string> ids = IdsIn(RunToEnd(outbox.Utboks(words)).out);
    EXPECT_EQ(ids.size(), 3U);
    const ProcessSpec run = outbox.Utboks({"run", "--drain", "--timeout", "60s"});
    Finished killed;
    const bool met = KillAt(moment, run, file, &killed);
    if (met) {
      const Finished again = RunToEnd(run, std::chrono::minutes(2));
      EXPECT_EQ(again.code(), 0) << again.err;
    }
    const auto store = OpenStore(outbox.Options());
    EXPECT_TRUE(store.ok()) << store.status().text();
    if (store.ok()) CheckAgreement(**store, reg.Journal(), ids, kPersons);
    return met;
  }
};

TEST_F(KillSweep, ACommandThatMakesTheStoreCanBeRunAgain) {
  Sweep(kPageStride, [](const Moment& moment) { return HandIn(Outbox(nullptr), moment, ""); });
}

TEST_F(KillSweep, ACommandThatHandsInCanBeRunAgain) {
  for (const Counted& file : kFiles) {
    Sweep(file.page_stride, [&](const Moment& moment) {
      const Outbox outbox(nullptr);
      EXPECT_EQ(RunToEnd(outbox.Utboks({"migrate"})).code(), 0);
      return HandIn(outbox, moment, outbox.store() + file.suffix);
    });
  }
}

// Claims, settlements and the last checkpoint of a worker; the next one finds what it
// left, and delivers the rest.
TEST_F(KillSweep, AWorkerCanBeStartedAgain) {
  for (const Counted& file : kFiles) {
    Sweep(file.page_stride, [&](const Moment& moment) {
      const SimulatorFixture reg;
      const Outbox outbox(&reg, WorkerSettings());
      return Deliver(reg, outbox, moment, outbox.store() + file.suffix);
    });
  }
}

class PostgresKillSweep : public KillSweep {
 protected:
  // At the sendings from 1 to `most`, each so-many-th; `one` has a database of its own each time.
  static void SweepSendings(int most, int stride,
                            const std::function<bool(const Moment&, const std::string& url)>& one) {
    PostgresServer& server = PostgresServer::Shared();
    int killed = 0;
    for (int n = 1; n <= most && !HasFailure(); n += SweepStride(stride)) {
      const std::string database = server.MakeDatabase();
      const bool met = one({"sendto", n}, server.Url(database));
      EXPECT_FALSE(HasFailure()) << "killed at sending " << n;
      server.DropDatabase(database);
      if (!met) break;
      ++killed;
    }
    EXPECT_GT(killed, 1) << "hardly anything was killed";
    std::cout << "killed at " << killed << " moments\n";
  }
};

TEST_F(PostgresKillSweep, ACommandThatMakesTheStoreCanBeRunAgain) {
  SweepSendings(kMostCalls, 4, [](const Moment& moment, const std::string& url) {
    return HandIn(Outbox(nullptr, "", url), moment, "");
  });
}

// Of each thread's: later ones only look whether all is done.
TEST_F(PostgresKillSweep, AWorkerCanBeStartedAgain) {
  SweepSendings(60, 9, [](const Moment& moment, const std::string& url) {
    const SimulatorFixture reg;
    const Outbox outbox(&reg, WorkerSettings(), url);
    return Deliver(reg, outbox, moment, "");
  });
}

}  // namespace
}  // namespace utboks::testing
