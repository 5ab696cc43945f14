// Every path that writes has synced what it acknowledges, seen from outside: strace
// watches the program, and the trace is read for what was durable when it spoke.
//
// To speak is to write to standard output (commands) or to the register (the worker:
// a claim is durable before the request's first byte can leave).

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/outbox.h"
#include "tests/crash/sync_ledger.h"
#include "tests/support/manual_clock.h"
#include "tests/support/syscall_trace.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kStandardOutput = 1;

std::set<std::string> NamesIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().string());
  return names;
}

// One traced run of a command in the outbox's folder.
struct Watched {
  Watched(const Outbox& outbox, const std::vector<std::string>& words,
          const std::vector<std::string>& environment = {})
      : names(NamesIn(outbox.folder())), wal(outbox.store() + "-wal") {
    ProcessSpec spec = outbox.Utboks(words);
    spec.environment = environment;
    run = RunTraced(spec, SyncLedger::Calls(), &calls);
    ledger = std::make_unique<SyncLedger>(calls, outbox.folder(), names);
    for (const Syscall& call : calls) {
      const bool writes = call.name == "write" || call.name == "writev";
      if (writes && call.fd == kStandardOutput) output.push_back(call);
      if (writes && call.path.starts_with("socket:")) sent.push_back(call);
    }
  }

  // What was sent on the connection that carried the documents: a worker that begins
  // asks HEAD on another, beside everything else, and HEAD waits for no commit.
  std::vector<Syscall> SentWithDocuments() const {
    constexpr long kDocument = 1'000;  // bytes, and more; a handshake sends one such
    std::map<std::string, int> large;
    for (const Syscall& call : sent) large[call.path] += call.result.value_or(0) >= kDocument;
    const auto most =
        std::max_element(large.begin(), large.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<Syscall> calls_there;
    std::copy_if(sent.begin(), sent.end(), std::back_inserter(calls_there),
                 [&](const Syscall& call) { return call.path == most->first; });
    return calls_there;
  }

  // Nothing that was done before `call` can be lost once it was made.
  void ExpectAllDurableAt(const Syscall& call) const {
    const std::vector<std::string> unsynced = ledger->Unsynced(call.began);
    EXPECT_TRUE(unsynced.empty()) << call.name << "(" << call.arguments
                                  << ") came before a sync: " << ::testing::PrintToString(unsynced);
  }
  // It changed the store, once at least, and said so only when that was durable.
  void ExpectSaidWhatIsDurable() const {
    ASSERT_EQ(run.code(), 0) << run.err;
    ASSERT_FALSE(output.empty()) << "it said nothing";
    for (const Syscall& call : output) ExpectAllDurableAt(call);
    EXPECT_GE(ledger->Commits(wal, 0, output.front().began), 1) << "it committed nothing";
    EXPECT_TRUE(ledger->Unsynced(Syscall::kNever).empty());
  }

  std::set<std::string> names;  // before it
  std::string wal;
  Finished run;
  std::vector<Syscall> calls;
  std::vector<Syscall> output, sent;  // writes to standard output, and to sockets
  std::unique_ptr<SyncLedger> ledger;
};

class SyncTrace : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = Outbox::WhyBlind();
    if (!why.empty()) GTEST_SKIP() << why;
  }

  // Makes the outbox's store, in this process.
  static std::unique_ptr<Store> Make(const Outbox& outbox, Clock* clock = nullptr) {
    StoreOptions options = outbox.Options();
    options.create = true;
    options.clock = clock;
    options.delivery.rate_limit_per_minute = 0;
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    EXPECT_TRUE(store.ok()) << store.status().text();
    return store.ok() ? std::move(*store) : nullptr;
  }
  static Uuid Put(Store& store, const std::string& name) {
    const NewRow row = Row(name);
    return (*store.Insert({&row, 1}, InsertMode::kEachAlone))[0].id;
  }
  // The id of the n-th message, handed in by the program.
  static std::string Enqueue(const Outbox& outbox, int n, int person) {
    const Finished run = RunToEnd(
        outbox.Utboks({"enqueue", "--ressurs", "doedsfall_v1", outbox.Message(n, person)}));
    EXPECT_EQ(run.code(), 0) << run.err;
    return run.out.substr(0, run.out.find(' '));
  }
  static Lease Claim(Store& store) {
    const Room room{"doedsfall_v1", 1};
    return store.Claim({&room, 1}, 1)->rows.at(0);
  }
  static void Settle(Store& store, const Lease& lease, const Outcome& outcome) {
    const Settlement done{lease, outcome};
    EXPECT_TRUE(store.Settle({&done, 1}).ok());
  }
  static void Do(Store& store, Decision decision, const Uuid& id) {
    Act act;
    act.decision = decision;
    act.ids = {id};
    act.actor = "cli:kari";
    act.may_be_registered = true;
    EXPECT_TRUE(store.Do(act).ok());
  }
};

TEST_F(SyncTrace, AStoreAndItsKeysAreDurableBeforeAnythingIsInIt) {
  const Outbox outbox(nullptr);
  // The keys in a folder of their own, which nothing else has a reason to sync.
  fs::create_directory(outbox.File("apart"));
  const Watched watched(outbox, {"migrate"},
                        {"UTBOKS_OUTBOX_KEY_FILE=" + outbox.File("apart/outbox.keys")});
  watched.ExpectSaidWhatIsDurable();
  const auto first_commit = std::find_if(
      watched.calls.begin(), watched.calls.end(),
      [&](const Syscall& call) { return call.name == "fdatasync" && call.path == watched.wal; });
  ASSERT_NE(first_commit, watched.calls.end());
  for (const std::string& text : watched.ledger->Unsynced(first_commit->began)) {
    EXPECT_EQ(text.find("outbox.keys"), std::string::npos) << text << ", before the first commit";
    EXPECT_EQ(text.find("name of " + outbox.store() + " "), std::string::npos) << text;
  }
  // The line beside the store may be older than the store, but never be gone.
  const auto line = std::find_if(watched.calls.begin(), watched.calls.end(), [&](const auto& call) {
    return call.name == "pwrite64" && call.path == outbox.store() + ".worker";
  });
  ASSERT_NE(line, watched.calls.end());
  EXPECT_TRUE(std::any_of(watched.calls.begin(), watched.calls.end(), [&](const Syscall& call) {
    return call.name == "fsync" && call.path == line->path && call.began > line->ended &&
           call.ended < watched.output.front().began;
  }));
}

TEST_F(SyncTrace, EnqueueMakesTheStoreAndShowsAnIdAfterItsCommit) {
  const Outbox outbox(nullptr);
  Watched(outbox, {"enqueue", "--ressurs", "doedsfall_v1", outbox.Message(1, 1)})
      .ExpectSaidWhatIsDurable();
}

TEST_F(SyncTrace, EachGroupOfEnqueueIsCommittedBeforeItsIdsAreShown) {
  constexpr std::size_t kGroup = 64;
  const Outbox outbox(nullptr);
  Make(outbox);
  std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
  for (int n = 1; n <= static_cast<int>(kGroup) + 1; ++n) words.push_back(outbox.Message(n, n));
  const Watched watched(outbox, words);
  watched.ExpectSaidWhatIsDurable();
  ASSERT_EQ(watched.output.size(), kGroup + 1) << "an id is shown as soon as it is durable";
  EXPECT_GE(watched.ledger->Commits(watched.wal, watched.output[kGroup - 1].ended,
                                    watched.output[kGroup].began),
            1);
}

TEST_F(SyncTrace, WhatPeopleDoIsDurableWhenTheyAreToldSo) {
  const Outbox outbox(nullptr);
  ManualClock past(SystemClock().Wall() - std::chrono::hours(1));
  std::string accepted;
  {
    const auto store = Make(outbox, &past);
    accepted = FormatUuid(Put(*store, "accepted"));
    Settle(*store, Claim(*store), Accepted());
    // A receipt that comes late raises an alarm that stands until it is acknowledged.
    const Uuid late = Put(*store, "late");
    const Lease lease = Claim(*store);
    ASSERT_TRUE(store->RecoverDead().ok());
    Do(*store, Decision::kCancel, late);
    Settle(*store, lease, Accepted());
  }
  // A real one: what is released is held against its contract again.
  const std::string id = Enqueue(outbox, 1, 1);
  const std::vector<std::vector<std::string>> commands = {
      {"hold", id},
      {"release", id},
      {"hold", id, "--why", "because"},
      {"replay", id, "--yes"},
      {"cancel", id},
      {"close", accepted},
      {"pause", "doedsfall_v1"},
      {"resume", "doedsfall_v1"},
      {"pause"},
      {"resume"},
      {"acknowledge", "accepted-late", "--why", "seen"},
      {"show", accepted, "--content"},
  };
  for (const std::vector<std::string>& words : commands) {
    SCOPED_TRACE(words[0]);
    Watched(outbox, words).ExpectSaidWhatIsDurable();
  }
}

TEST_F(SyncTrace, APurgeIsDurableWhenItsReportIsShown) {
  const Outbox outbox(nullptr, "[retention]\ncontent_after = \"1m\"\nrecord_after = \"30m\"\n");
  {
    ManualClock past(SystemClock().Wall() - std::chrono::hours(1));
    const auto store = Make(outbox, &past);
    Put(*store, "closed-by-time");
    Settle(*store, Claim(*store), Accepted());
    Do(*store, Decision::kCancel, Put(*store, "cancelled"));
  }
  const Watched watched(outbox, {"--json", "purge"});
  watched.ExpectSaidWhatIsDurable();
  EXPECT_NE(watched.run.out.find("\"closed\":1"), std::string::npos) << watched.run.out;
  EXPECT_NE(watched.run.out.find("\"records\":2"), std::string::npos) << watched.run.out;
}

TEST_F(SyncTrace, ABackupIsDurableWhenItIsCalledWritten) {
  const Outbox outbox(nullptr);
  Put(*Make(outbox), "a");
  const std::string copy = outbox.File("copy.db");
  const Watched watched(outbox, {"backup", copy});
  ASSERT_EQ(watched.run.code(), 0) << watched.run.err;
  ASSERT_FALSE(watched.output.empty());
  for (const Syscall& call : watched.output) watched.ExpectAllDurableAt(call);
  EXPECT_TRUE(fs::exists(copy));
}

// Three messages on one person go strictly one after the other: claim, request,
// settlement, claim…  Whatever is sent, all that was written before is durable, and
// between two requests there are two commits at least: the settlement and the next claim.
TEST_F(SyncTrace, AClaimIsDurableBeforeTheRequestAndAnAnswerBeforeTheNext) {
  // What a worker learns of HEAD at its start it writes down beside everything else: here
  // HEAD is never answered, and a worker before has made the rows of all resources.
  const SimulatorFixture reg({.scenario = "step = [{kind='hang', method='HEAD'}]"});
  const Outbox outbox(&reg, "[delivery]\nmax_in_flight = 1\nrate_limit_per_minute = 0\n");
  ASSERT_EQ(RunToEnd(outbox.Utboks({"run", "--drain"})).code(), 0);
  for (int n = 1; n <= 3; ++n) Enqueue(outbox, n, 1);
  const Watched watched(outbox, {"run", "--drain", "--timeout", "100s"});
  ASSERT_EQ(watched.run.code(), 0) << watched.run.err;
  ASSERT_EQ(reg.Accepted().size(), 3U);

  // What was sent without a commit between is one burst.
  std::vector<std::vector<Syscall>> bursts;
  for (const Syscall& call : watched.SentWithDocuments()) {
    watched.ExpectAllDurableAt(call);
    if (bursts.empty() ||
        watched.ledger->Commits(watched.wal, bursts.back().back().ended, call.began) > 0) {
      bursts.emplace_back();
    }
    bursts.back().push_back(call);
  }
  ASSERT_GE(bursts.size(), 3U);
  EXPECT_GE(watched.ledger->Commits(watched.wal, 0, bursts[0].front().began), 1);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_GE(
        watched.ledger->Commits(watched.wal, bursts[i - 1].back().ended, bursts[i].front().began),
        2)
        << "between request " << i << " and the next";
  }
  // The last answer is durable before the worker is gone.
  EXPECT_GE(watched.ledger->Commits(watched.wal, bursts[2].front().ended, Syscall::kNever), 1);
  EXPECT_TRUE(watched.ledger->Unsynced(Syscall::kNever).empty());
}

// The ledger itself, on traces that show what must not be.
TEST(SyncLedgerTest, CountsOnlySyncsThatCameAfterAndHaveComeBack) {
  const auto unsynced = [](const std::string& text) {
    const std::vector<Syscall> calls = ParseTrace(text);
    return SyncLedger(calls, "/d", {"/d/f"}).Unsynced(Syscall::kNever).size();
  };
  const std::string write = "1 pwrite64(3</d/f>, \"x\", 1, 0) = 1\n";
  const std::string sync = "1 fdatasync(3</d/f>) = 0\n";
  EXPECT_EQ(unsynced(write), 1U);
  EXPECT_EQ(unsynced(sync + write), 1U);
  EXPECT_EQ(unsynced(write + sync), 0U);
  EXPECT_EQ(unsynced(write + "1 fdatasync(3</d/f>) = -1 EIO (Input/output error)\n"), 1U);
  EXPECT_EQ(unsynced(write + "1 fdatasync(4</d/other>) = 0\n"), 1U);
  EXPECT_EQ(unsynced("2 fdatasync(3</d/f> <unfinished ...>\n" + write +
                     "2 <... fdatasync resumed>) = 0\n"),
            1U)
      << "a sync that was under way may have missed it";

  const std::string make = "1 openat(AT_FDCWD</>, \"/d/new\", O_RDWR|O_CREAT, 0600) = 4</d/new>\n";
  EXPECT_EQ(unsynced(make), 1U);
  EXPECT_EQ(unsynced(make + "1 fsync(4</d/new>) = 0\n"), 1U) << "its name is the folder's";
  EXPECT_EQ(unsynced(make + "1 fsync(5</d>) = 0\n"), 0U);
  EXPECT_EQ(unsynced(make + "1 unlink(\"/d/new\") = 0\n"), 0U);
  EXPECT_EQ(unsynced("1 openat(AT_FDCWD</>, \"/d/f\", O_RDWR|O_CREAT, 0600) = 4</d/f>\n"), 0U);
  const std::string written = make + "1 write(4</d/new>, \"x\", 1) = 1\n";
  const std::string put = "1 renameat2(AT_FDCWD</>, \"/d/new\", AT_FDCWD</>, \"/d/g\", 0) = 0\n";
  EXPECT_EQ(unsynced(written + put), 2U) << "the bytes, and the name it has now";
  EXPECT_EQ(unsynced(written + "1 fsync(4</d/new>) = 0\n" + put + "1 fsync(5</d>) = 0\n"), 0U);
}

TEST(SyncLedgerTest, CountsACommitWhereNewBytesWereSynced) {
  const std::vector<Syscall> calls = ParseTrace(
      "1 pwrite64(3</d/f>, \"x\", 1, 0) = 1\n"
      "1 fdatasync(3</d/f>) = 0\n"
      "1 fdatasync(3</d/f>) = 0\n"
      "1 pwrite64(3</d/f>, \"x\", 1, 0) = 1\n"
      "1 fdatasync(3</d/f>) = 0\n");
  const SyncLedger ledger(calls, "/d", {"/d/f"});
  EXPECT_EQ(ledger.Commits("/d/f", 0, Syscall::kNever), 2);
  EXPECT_EQ(ledger.Commits("/d/f", 2, Syscall::kNever), 1);
  EXPECT_EQ(ledger.Commits("/d/f", 0, calls[1].ended), 0) << "it has not come back yet";
}

}  // namespace
}  // namespace utboks::testing
