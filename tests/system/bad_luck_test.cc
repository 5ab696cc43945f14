// What bad luck with the store gets: a full disk, a locked or damaged database, keys
// that do not fit, a store that is another's or of another time.  Each has its exit
// code and one line that says what to do; nothing is written into a store that is in
// doubt, and once the cause is away all is there and delivered.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "queue/sqlite/store_lock.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/read_file.h"
#include "tests/support/tiny_disk.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

using Openers = std::vector<std::vector<std::string>>;
// Those that make, migrate, and only open a store.
const Openers kOpeners = {{"enqueue", "--ressurs", "doedsfall_v1", "LETTER"}, {"run"}, {"status"}};
// Everything that opens one, as people and services do it.
const Openers kAllOpeners = {
    {"enqueue", "--ressurs", "doedsfall_v1", "LETTER"},
    {"run"},
    {"run", "--drain"},
    {"status"},
    {"list"},
    {"show", "x"},
    {"events"},
    {"migrate"},
    {"purge"},
    {"pause"},
    {"resume"},
    {"acknowledge", "double"},
    {"hold", "x"},
    {"release", "x"},
    {"replay", "x"},
    {"cancel", "x"},
    {"close", "x"},
    {"backup", "/none/copy.db"},
};

class BadLuck : public ::testing::Test {
 protected:
  BadLuck() : before_(agency_.Enqueue({1, 2})) {}

  std::vector<std::string> Words(std::vector<std::string> words) {
    for (std::string& word : words) {
      if (word == "LETTER") word = agency_.Letter(3);
    }
    return words;
  }
  // Each of `openers` ends so.
  void ExpectAllRefused(int code, const std::vector<std::string>& says,
                        const Openers& openers = kOpeners) {
    for (const auto& opener : openers) {
      SCOPED_TRACE(opener[0]);
      ExpectRefused(agency_.Run(Words(opener)), code, says);
    }
  }
  // The two that were there before are, and are delivered once.
  void ExpectAllThereAndDelivered(std::size_t messages = 2) {
    EXPECT_EQ(agency_.States().size(), messages);
    agency_.Drain();
    EXPECT_EQ(reg_.Accepted().size(), messages);
    for (const auto& [id, state] : agency_.States()) EXPECT_EQ(state, "accepted") << id;
  }

  SimulatorFixture reg_;
  Agency agency_{reg_};
  const std::vector<std::string> before_;
};

// ---- a full disk ----

TEST_F(BadLuck, BelowItsFloorTheDiskTakesNothingInAndGivesOut) {
  agency_.SetText("outbox.min_free", "1024GiB");
  const std::vector<Json> lines =
      agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", agency_.Letter(3)}, 75);
  EXPECT_EQ(Get(lines.at(0)->getObject("error"), "code"), "full");
  ExpectRefused(agency_.Run({"enqueue", "--ressurs", "doedsfall_v1", agency_.Letter(3)}), 75,
                {"brev *********** 3.xml", "min_free", "nothing was taken in", "make room"});
  EXPECT_EQ(agency_.States().size(), 2U);
  LogWatch::Expect("alarm-raised");
  ExpectAllThereAndDelivered();
  EXPECT_TRUE(agency_.Alarm("disk"));
  // And with room again it is as if nothing had been.
  agency_.SetText("outbox.min_free", "1MiB");
  agency_.Enqueue({3});
  ExpectAllThereAndDelivered(3);
  EXPECT_FALSE(agency_.Alarm("disk"));
}

TEST(FullDisk, WhatDoesNotGoOnItIsRefusedAndWhatIsOnItStays) {
  const TempDir place;
  const TinyDisk disk(place.path().string(), 4'000'000);
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  SimulatorFixture reg;
  Agency agency(reg);
  agency.SetText("outbox.store", "sqlite:" + place.File("outbox.db"));
  agency.SetText("outbox.min_free", "0B");
  const std::vector<std::string> before = agency.Enqueue({1, 2});

  disk.Fill();
  const std::vector<std::string> more = {"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(3)};
  ExpectRefused(agency.Run(more), 75, {"the disk is full", "nothing was changed", "make room"});
  // A worker neither ends nor loses anything: it cannot write that it sends, so it does
  // not send.
  LogWatch::Allow("claim-failed");
  LogWatch::Allow("tick-failed");
  LogWatch::Allow("alarm-raised");
  const Finished drained = agency.Run({"run", "--drain", "--timeout", "1s"});
  EXPECT_EQ(drained.code(), 75) << drained.err;
  EXPECT_TRUE(reg.Posts().empty());

  disk.Free();
  EXPECT_EQ(agency.States().size(), 2U) << "half of the third was written";
  EXPECT_EQ(agency.Run(more).code(), 0);
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
  EXPECT_EQ(agency.StateOf(before[0]), "accepted");
}

TEST(FullDisk, FillingUpUnderAWorkerStopsNothingForGood) {
  const TempDir place;
  const TinyDisk disk(place.path().string(), 4'000'000);
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  SimulatorFixture reg({.scenario = "latency = '50ms'"});
  Agency agency(reg);
  agency.SetText("outbox.store", "sqlite:" + place.File("outbox.db"));
  agency.SetText("outbox.min_free", "0B");
  agency.Set("delivery.max_in_flight", "1");
  LogWatch::Allow("claim-failed");
  LogWatch::Allow("tick-failed");
  LogWatch::Allow("settle-failed");
  LogWatch::Allow("alarm-raised");
  std::vector<int> letters;
  for (int n = 1; n <= 20; ++n) letters.push_back(n);
  agency.Enqueue(letters);
  agency.StartWorker();
  ASSERT_TRUE(reg.Await([](const JournalLine& line) { return line.accepted; }));
  disk.Fill();
  // The log of the database still has room in what was written before: until it is used
  // up a few more may go.
  ASSERT_TRUE(agency.worker().AwaitErr("the disk is full")) << agency.worker().Err();
  disk.Free();
  ASSERT_TRUE(reg.Await([&](const JournalLine&) { return reg.Accepted().size() == 20; }));
  agency.StopWorker();
  for (const auto& [id, state] : agency.States()) EXPECT_EQ(state, "accepted") << id;
}

TEST(FullDisk, NoNewStoreIsLeftHalfMade) {
  const TempDir place;
  const TinyDisk disk(place.path().string(), 1'000'000);
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  disk.Fill();
  SimulatorFixture reg;
  Agency agency(reg);
  agency.SetText("outbox.store", "sqlite:" + place.File("outbox.db"));
  agency.SetText("outbox.min_free", "0B");
  const std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1)};
  const Finished refused = agency.Run(words);
  EXPECT_EQ(refused.code(), 75) << refused.err;
  EXPECT_EQ(refused.out, "");
  disk.Free();
  EXPECT_EQ(agency.Run(words).code(), 0) << "what the first try left is in the way";
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 1U);
}

// ---- a locked database ----

// Ours is the other process: it holds the lock that goes with the store.
TEST_F(BadLuck, AStoreThatAnotherProcessHolds) {
  sqlite::StoreLock lock;
  ASSERT_TRUE(lock.Open(agency_.store() + ".lock").ok());
  ASSERT_TRUE(lock.Acquire(seconds(1)).ok());
  const auto begun = steady_clock::now();
  ExpectAllRefused(75,
                   {"store busy", "outbox.db.lock", "process " + std::to_string(::getpid()),
                    "nothing was changed"},
                   {{"enqueue", "--ressurs", "doedsfall_v1", "LETTER"}});
  const auto waited = steady_clock::now() - begun;
  EXPECT_GE(waited, seconds(9));
  EXPECT_LE(waited, seconds(60));
  lock.Release();
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, AStoreHeldUnderAWorkerIsWaitedForAndSaidToBeBusy) {
  agency_.Ask({"pause"});
  agency_.StartWorker();
  LogWatch::Expect("alarm-raised");
  LogWatch::Allow("purge-failed");  // the start's, where the machine is slow
  sqlite::StoreLock lock;
  ASSERT_TRUE(lock.Open(agency_.store() + ".lock").ok());
  ASSERT_TRUE(lock.Acquire(seconds(1)).ok());
  EXPECT_TRUE(agency_.worker().AwaitErr("\"alarm\":\"store-busy\"", seconds(60)));
  EXPECT_THAT(agency_.worker().Err(), HasSubstr("process " + std::to_string(::getpid())));
  lock.Release();
  EXPECT_TRUE(Eventually([&] { return agency_.Alarm("store-busy"); })) << "not in status";
  EXPECT_TRUE(agency_.worker().AwaitErr("alarm-cleared", seconds(60)));
  EXPECT_FALSE(agency_.Alarm("store-busy"));
  agency_.Ask({"resume"});
  EXPECT_TRUE(agency_.AwaitState(before_[0], "accepted"));
  EXPECT_TRUE(agency_.AwaitState(before_[1], "accepted"));
}

class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) {
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~OtherProgram() { sqlite3_close(db_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;

 private:
  sqlite3* db_ = nullptr;
};

TEST_F(BadLuck, ADatabaseThatAnotherProgramWritesTo) {
  {
    const OtherProgram shell(agency_.store());
    ExpectAllRefused(75, {"outbox.db", "another program holds", "nothing was changed", "try again"},
                     {{"enqueue", "--ressurs", "doedsfall_v1", "LETTER"}});
  }
  ExpectAllThereAndDelivered();
}

// ---- a damaged database ----

class Damage : public BadLuck {
 protected:
  Damage() : whole_(ReadFile(agency_.store())) { agency_.Damaged(); }

  // All refuse, and none has written to it.
  void ExpectStoppedAndLeftAlone() {
    const std::string damaged = ReadFile(agency_.store());
    ExpectAllRefused(78, {"outbox.db", "restore from a backup"});
    EXPECT_EQ(ReadFile(agency_.store()), damaged) << "written to";
    EXPECT_TRUE(reg_.Posts().empty());
  }
  void PutBack() {
    for (const char* part : {"-wal", "-shm"}) fs::remove(agency_.store() + part);
    WriteFile(agency_.store(), whole_);
  }
  // Where the table's first page begins.
  std::size_t PageOf(const std::string& table) {
    const int page =
        std::stoi(agency_.Look("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'"));
    return static_cast<std::size_t>(page - 1) * page_;
  }
  void Overwrite(std::size_t at, std::size_t bytes) {
    std::string text = ReadFile(agency_.store());
    ASSERT_LE(at + bytes, text.size());
    text.replace(at, bytes, bytes, '\xa5');
    WriteFile(agency_.store(), text);
  }

  const std::size_t page_ = std::stoul(agency_.Look("PRAGMA page_size"));
  const std::string whole_;
};

TEST_F(Damage, AnOverwrittenHeader) {
  Overwrite(0, 100);
  ExpectStoppedAndLeftAlone();
  PutBack();
  ExpectAllThereAndDelivered();
}

TEST_F(Damage, AnotherFileInItsPlace) {
  WriteFile(agency_.store(), std::string(20'000, 'x'));
  ExpectStoppedAndLeftAlone();
  PutBack();
  ExpectAllThereAndDelivered();
}

TEST_F(Damage, ATruncatedFile) {
  for (const std::size_t size : {whole_.size() / 2, page_ + 100, page_}) {
    WriteFile(agency_.store(), whole_.substr(0, size));
    ExpectStoppedAndLeftAlone();
  }
  PutBack();
  ExpectAllThereAndDelivered();
}

// An empty file could be taken for a store that is to be made: what stands beside it
// tells that there has been one.
TEST_F(Damage, AFileThatHasBecomeEmptyOrIsGone) {
  WriteFile(agency_.store(), "");
  ExpectStoppedAndLeftAlone();
  fs::remove(agency_.store());
  ExpectAllRefused(78, {"outbox.db is gone", "restore from a backup", "outbox.db.worker"});
  EXPECT_FALSE(fs::exists(agency_.store()));
  PutBack();
  ExpectAllThereAndDelivered();
  // Who means it says so.
  fs::remove(agency_.store());
  fs::remove(agency_.store() + ".worker");
  agency_.Enqueue({4});
  EXPECT_EQ(agency_.States().size(), 1U);
}

TEST_F(Damage, AnOverwrittenPageOfTheMessages) {
  for (const char* event : {"claim-failed", "load-failed", "settle-failed", "tick-failed",
                            "store-failed", "purge-failed"}) {
    LogWatch::Allow(event);
  }
  Overwrite(PageOf("message"), page_);
  ExpectRefused(agency_.Run(Words({"enqueue", "--ressurs", "doedsfall_v1", "LETTER"})), 78,
                {"brev *********** 3.xml", "outbox.db", "damaged", "restore from a backup"});
  ExpectRefused(agency_.Run({"list"}), 78, {"damaged", "restore from a backup"});
  ExpectRefused(agency_.Run({"show", before_[0]}), 78, {"damaged", "restore from a backup"});
  ExpectRefused(agency_.Run({"run"}), 78, {"damaged", "restore from a backup"});
  EXPECT_TRUE(reg_.Posts().empty());
  // A claim reads no page of the messages, so it may have been written before the damage
  // was met: the copy that is put back is older than that, and the guard says so.
  PutBack();
  EXPECT_EQ(agency_.Run({"run", "--drain", "--after-restore"}).code(), 0);
  ExpectAllThereAndDelivered();
}

TEST_F(Damage, AnOverwrittenPageOfTheContents) {
  Overwrite(PageOf("content"), page_);
  for (const char* event : {"claim-failed", "load-failed", "settle-failed", "tick-failed",
                            "store-failed", "alarm-raised"}) {
    LogWatch::Allow(event);
  }
  ExpectRefused(agency_.Run({"run"}), 78, {"damaged", "restore from a backup"});
  EXPECT_TRUE(reg_.Posts().empty());
  // Claimed and not sent: it tells of more than the copy that is put back knows.
  PutBack();
  EXPECT_EQ(agency_.Run({"run", "--drain", "--after-restore"}).code(), 0);
  ExpectAllThereAndDelivered();
}

// A bit of what is sealed: the database is sound, the message is not.
TEST_F(BadLuck, ContentThatHasBeenTamperedWithIsHeldAndTheRestGoes) {
  agency_.Meddle(
      "UPDATE content SET document = CAST(substr(document, 1, 40) ||"
      " iif(substr(document, 41, 1) = x'00', x'01', x'00') ||"
      " substr(document, 42) AS BLOB) WHERE seq = (SELECT min(seq) FROM content)");
  LogWatch::Expect("load-failed");
  LogWatch::Allow("alarm-raised");
  agency_.Drain();
  const Json held = agency_.Show(before_[0]);
  EXPECT_EQ(Get(held, "state"), "held");
  EXPECT_EQ(Get(held, "reason"), "unreadable");
  EXPECT_EQ(agency_.StateOf(before_[1]), "accepted");
  EXPECT_EQ(reg_.Accepted().size(), 1U);
}

// ---- keys ----

// A worker has its keys in memory: it would notice at its next start, and too late.
TEST_F(BadLuck, AKeyFileThatIsLostUnderAWorker) {
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  for (const std::string& id : before_) ASSERT_TRUE(agency_.AwaitState(id, "accepted"));
  const std::string keys = ReadFile(agency_.keys());
  fs::remove(agency_.keys());
  EXPECT_TRUE(agency_.worker().AwaitErr(R"("alarm":"key")")) << agency_.worker().Err();
  EXPECT_THAT(agency_.worker().Err(), HasSubstr("put it back"));
  WriteFile(agency_.keys(), keys);
  fs::permissions(agency_.keys(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(Eventually([&] { return !agency_.Alarm("key"); }));
}

class Keys : public BadLuck {
 protected:
  Keys() : right_(ReadFile(agency_.keys())) {}
  void ExpectRefusedUntilPutBack(const std::vector<std::string>& says) {
    const bool there = fs::exists(agency_.keys());
    const std::string wrong = ReadFile(agency_.keys());
    ExpectAllRefused(78, says);
    EXPECT_EQ(fs::exists(agency_.keys()), there) << "made anew: the old one would be lost";
    EXPECT_EQ(ReadFile(agency_.keys()), wrong);
    WriteFile(agency_.keys(), right_);
    // As it was: who may read it is a matter of its own.
    fs::permissions(agency_.keys(), fs::perms::owner_read | fs::perms::owner_write);
  }
  std::string Replaced(const std::string& what, const std::string& with) {
    std::string text = right_;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, what.size(), with);
  }

  const std::string right_;
};

TEST_F(Keys, AMistypedFile) {
  struct Case {
    std::string text;
    std::vector<std::string> says;
  };
  const std::size_t lookup = right_.find("1 lookup");
  const Case cases[] = {
      {Replaced("seal ", "seal !"), {"outbox.db.keys", "base64", "line"}},
      {right_.substr(0, right_.size() - 5), {"outbox.db.keys", "base64"}},
      {Replaced("1 seal", "1 sael"), {"outbox.db.keys", "purpose", "seal and lookup"}},
      {Replaced("1 seal", "seal"), {"outbox.db.keys", "id from 1 to 255"}},
      {right_.substr(0, lookup), {"outbox.db.keys", "no lookup key"}},
      {right_.substr(lookup), {"outbox.db.keys", "no seal key"}},
      {"", {"outbox.db.keys", "no seal key"}},
      {std::string(100'000, 'x'), {"outbox.db.keys", "not a key file"}},
  };
  for (const Case& one : cases) {
    WriteFile(agency_.keys(), one.text);
    const Finished run = agency_.Run(Words({"enqueue", "--ressurs", "doedsfall_v1", "LETTER"}));
    ExpectRefused(run, 78, one.says);
    EXPECT_THAT(run.err, HasSubstr("put the right file back"));
    EXPECT_EQ(ReadFile(agency_.keys()), one.text);
  }
  WriteFile(agency_.keys(), cases[0].text);
  ExpectRefusedUntilPutBack({"outbox.db.keys"});
  ExpectAllThereAndDelivered();
}

// One letter, and it is another key: well-formed, and wrong.
TEST_F(Keys, AnotherKey) {
  for (const char* purpose : {"1 seal ", "1 lookup "}) {
    std::string text = right_;
    char& letter = text[text.find(purpose) + std::string(purpose).size() + 3];
    letter = letter == 'A' ? 'B' : 'A';
    WriteFile(agency_.keys(), text);
    ExpectRefusedUntilPutBack({"outbox.db.keys", "key 1", "put the right key file back"});
  }
  ExpectAllThereAndDelivered();
}

TEST_F(Keys, AMissingFileIsNeverMadeBesideAStore) {
  fs::remove(agency_.keys());
  ExpectRefusedUntilPutBack({"outbox.db.keys", "No such file", "put it back"});
  ExpectAllThereAndDelivered();
}

TEST_F(Keys, AFileElsewhereIsUsed) {
  const std::string elsewhere = agency_.folder() + "/keys";
  fs::rename(agency_.keys(), elsewhere);
  agency_.SetText("outbox.key_file", elsewhere);
  ExpectAllThereAndDelivered();
  EXPECT_FALSE(fs::exists(agency_.keys()));
}

// ---- another's store ----

TEST_F(BadLuck, AStoreOfAnotherEnvironment) {
  agency_.SetText("register.environment", "production");
  ExpectAllRefused(78, {"outbox.db", "environment test", "production", "[outbox] store"},
                   kAllOpeners);
  agency_.SetText("register.environment", "test");
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, AStoreOfAnotherOrganisation) {
  agency_.SetText("register.organisation_number", "100101696");
  agency_.SetText("register.client_certificate", DevPki::Shared().certificate("other-org-client"));
  agency_.SetText("register.client_key", DevPki::Shared().key("other-org-client"));
  ExpectAllRefused(78, {"outbox.db", "organisation 100101688", "100101696", "[outbox] store"});
  agency_.SetText("register.organisation_number", "100101688");
  agency_.SetText("register.client_certificate", DevPki::Shared().certificate());
  agency_.SetText("register.client_key", DevPki::Shared().key());
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, AStoreOfAnotherHost) {
  agency_.SetText("register.base_url", "https://127.0.0.1:" + std::to_string(reg_.port()));
  ExpectAllRefused(78, {"outbox.db", "register localhost", "127.0.0.1", "[outbox] store"});
  agency_.SetText("register.base_url", reg_.base_url());
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, AnotherProgramsDatabase) {
  const std::string other = agency_.folder() + "/other.db";
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(other.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(db, "CREATE TABLE t (x); INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(db);
  const std::string bytes = ReadFile(other);
  agency_.SetText("outbox.store", "sqlite:" + other);
  ExpectAllRefused(78, {"another program's", "[outbox] store"});
  EXPECT_EQ(ReadFile(other), bytes);
  EXPECT_FALSE(fs::exists(other + ".keys"));
  agency_.SetText("outbox.store", "sqlite:" + agency_.store());
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, NoStoreWhereOnlyLookingIsAsked) {
  agency_.SetText("outbox.store", "sqlite:" + agency_.folder() + "/outbox/typo.db");
  ExpectAllRefused(78, {"no store", "typo.db", "utboks migrate", "[outbox] store"},
                   {{"status"}, {"list"}, {"events"}, {"pause"}, {"purge"}});
  EXPECT_FALSE(fs::exists(agency_.folder() + "/outbox/typo.db"));
  agency_.SetText("outbox.store", "sqlite:" + agency_.folder() + "/none/outbox.db");
  ExpectRefused(agency_.Run(Words({"enqueue", "--ressurs", "doedsfall_v1", "LETTER"})), 78,
                {"none/outbox.db", "folder"});
  agency_.SetText("outbox.store", "sqlite:" + agency_.store());
  ExpectAllThereAndDelivered();
}

// ---- of another time ----

TEST_F(BadLuck, ANewerSchema) {
  agency_.Meddle(
      "INSERT INTO migration (number, name, checksum, applied) VALUES (99, 'later', x'00', 0)");
  ExpectAllRefused(78, {"schema (99)", "newer", "use the program that migrated it"});
  agency_.Meddle("DELETE FROM migration WHERE number = 99");
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, AnOlderSchemaIsBroughtUpByRunAndMigrateAlone) {
  agency_.Meddle(
      "CREATE TABLE away AS SELECT * FROM migration;"
      "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)");
  ExpectAllRefused(75, {"outbox.db", "older schema", "utboks migrate"},
                   {{"enqueue", "--ressurs", "doedsfall_v1", "LETTER"}, {"status"}, {"pause"}});
  agency_.Meddle("INSERT OR IGNORE INTO migration SELECT * FROM away; DROP TABLE away");
  ExpectAllThereAndDelivered();
}

TEST_F(BadLuck, ASchemaThatThisProgramDoesNotKnow) {
  const std::string right = agency_.Look("SELECT hex(checksum) FROM migration WHERE number = 1");
  agency_.Meddle("UPDATE migration SET checksum = x'00' WHERE number = 1");
  ExpectAllRefused(78, {"migration", "not the one this program knows"});
  agency_.Meddle("UPDATE migration SET checksum = x'" + right + "' WHERE number = 1");
  ExpectAllThereAndDelivered();
}

// ---- workers ----

TEST_F(BadLuck, ASecondWorker) {
  agency_.Ask({"pause"});
  agency_.StartWorker();
  for (const auto& words : std::vector<std::vector<std::string>>{{"run"}, {"run", "--drain"}}) {
    ExpectRefused(agency_.Run(words), 75, {"another worker", "outbox.db", "one `utboks run`"});
  }
  agency_.Ask({"resume"});
  for (const std::string& id : before_) EXPECT_TRUE(agency_.AwaitState(id, "accepted"));
}

// ---- a copy put back ----

class Restore : public BadLuck {
 protected:
  std::string copy() const { return agency_.folder() + "/outbox/copy.db"; }
  void PutBackCopy() {
    for (const char* part : {"-wal", "-shm"}) fs::remove(agency_.store() + part);
    fs::copy_file(copy(), agency_.store(), fs::copy_options::overwrite_existing);
  }
  const std::vector<std::string> kGuard = {"outbox.db", "older copy", "may have been sent",
                                           "utboks run --after-restore"};
};

TEST_F(Restore, ABackupIsTakenWhileTheWorkerRuns) {
  agency_.StartWorker();
  for (const std::string& id : before_) ASSERT_TRUE(agency_.AwaitState(id, "accepted"));
  const Finished done = agency_.Run({"backup", copy()});
  EXPECT_EQ(done.code(), 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("keep the key file apart"));
  // It never writes over a file, least of all the store.
  ExpectRefused(agency_.Run({"backup", copy()}), 78, {"copy.db exists", "another name"});
  ExpectRefused(agency_.Run({"backup", agency_.store()}), 78, {"exists"});
  EXPECT_FALSE(fs::exists(copy() + ".keys"));
}

TEST_F(Restore, ACopyPutBackIsStoppedUntilARunTakesItAsOne) {
  EXPECT_EQ(agency_.Run({"backup", copy()}).code(), 0);
  agency_.Drain();  // what the copy does not know
  ASSERT_EQ(reg_.Accepted().size(), 2U);
  PutBackCopy();
  ExpectAllRefused(78, kGuard);
  const Finished run = agency_.Run({"run", "--drain", "--timeout", "60s", "--after-restore"});
  EXPECT_EQ(run.code(), 0) << run.err;
  // They may have been sent, and were: sent again with the same bytes, and seen to be.
  const std::vector<JournalLine> accepted = reg_.Accepted();
  ASSERT_EQ(accepted.size(), 4U);
  for (const JournalLine& again : accepted) {
    EXPECT_EQ(again.sha256, accepted[again.identifier == accepted[0].identifier ? 0 : 1].sha256);
  }
  const auto events = agency_.Ask({"events"});
  int doubts = 0;
  for (const Json& event : events) doubts += Get(event, "state") == "in_doubt" ? 1 : 0;
  EXPECT_GE(doubts, 2);
  // And it is a store like any other from now on.
  EXPECT_EQ(agency_.States().size(), 2U);
  agency_.Enqueue({3});
  agency_.Drain();
}

TEST_F(Restore, ALostSideFileIsTakenForACopy) {
  fs::remove(agency_.store() + ".worker");
  ExpectAllRefused(78, kGuard);
  EXPECT_EQ(agency_.Run({"run", "--drain", "--after-restore"}).code(), 0);
  EXPECT_EQ(reg_.Accepted().size(), 2U);
}

}  // namespace
}  // namespace utboks::testing
