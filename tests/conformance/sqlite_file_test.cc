// What only a store in a file can get wrong: whose it is, its keys, its locks, its
// copies, its disk.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "queue/seal/keys.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;

class SqliteFileTest : public ::testing::Test {
 protected:
  SqliteFileTest() {
    options_.url = "sqlite:" + Path();
    options_.environment = "test";
    options_.organisation_number = "100101688";
    options_.host = "host";
    options_.worker = "w";
    options_.min_free = 0;
    options_.delivery.rate_limit_per_minute = 0;
    options_.create = true;
    options_.migrate = true;
  }

  std::string Path() const { return dir_.File("outbox.db"); }

  std::unique_ptr<Store> Open() {
    Result<std::unique_ptr<Store>> store = OpenStore(options_);
    EXPECT_TRUE(store.ok()) << store.status().text();
    return store.ok() ? std::move(*store) : nullptr;
  }

  // Opens and expects to be refused; the message is one line and names the store.
  void Refused(Code code, const std::string& says) {
    const Result<std::unique_ptr<Store>> store = OpenStore(options_);
    ASSERT_FALSE(store.ok()) << says;
    const std::string text = store.status().text();
    EXPECT_EQ(store.code(), code) << text;
    EXPECT_NE(text.find(says), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }

  static Uuid Put(Store& store, const std::string& name) {
    const NewRow row = Row(name);
    const Result<std::vector<Inserted>> done = store.Insert({&row, 1}, InsertMode::kEachAlone);
    EXPECT_TRUE(done.ok()) << done.status().text();
    return done.ok() ? (*done)[0].id : Uuid{};
  }

  static State StateOf(Store& store, const Uuid& id) {
    const Result<std::vector<MessageView>> found = store.Find(FormatUuid(id), false);
    EXPECT_TRUE(found.ok()) << found.status().text();
    return (*found)[0].state;
  }

  void Sql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(Path().c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << (error == nullptr ? "" : error);
    sqlite3_close(db);
  }

  TempDir dir_;
  StoreOptions options_;
};

TEST_F(SqliteFileTest, IsMadeOnlyWhereAsked) {
  options_.create = false;
  Refused(Code::kConfig, Path());
  EXPECT_FALSE(fs::exists(Path()));
  EXPECT_FALSE(fs::exists(Path() + ".keys"));
}

TEST_F(SqliteFileTest, IsItsOwnersAlone) {
  Open();
  for (const char* file : {"", ".keys", ".lock", ".worker"}) {
    struct stat about {};
    ASSERT_EQ(stat((Path() + file).c_str(), &about), 0) << file;
    EXPECT_EQ(about.st_mode & 0077, 0U) << file;
  }
}

TEST_F(SqliteFileTest, KeepsWhatWasPutIn) {
  const Uuid id = Put(*Open(), "a");
  EXPECT_EQ(StateOf(*Open(), id), State::kDue);
}

TEST_F(SqliteFileTest, BelongsToOneEnvironmentOrganisationAndHost) {
  Open();
  const StoreOptions right = options_;
  options_.environment = "production";
  Refused(Code::kConfig, "environment");
  options_ = right;
  options_.organisation_number = "974760746";
  Refused(Code::kConfig, "organisation");
  options_ = right;
  options_.host = "elsewhere";
  Refused(Code::kConfig, "register host");
}

TEST_F(SqliteFileTest, CannotBeReadWithoutItsKeys) {
  const Uuid id = Put(*Open(), "a");
  const std::string keys = Path() + ".keys";
  fs::rename(keys, keys + ".away");
  Refused(Code::kConfig, keys);
  EXPECT_FALSE(fs::exists(keys)) << "a key file is made only together with a new store";
  const auto random = SeededRandom(3);
  ASSERT_TRUE(CreateKeyFile(keys, *random).ok());
  Refused(Code::kConfig, "not the one");
  fs::rename(keys + ".away", keys);
  EXPECT_EQ(StateOf(*Open(), id), State::kDue);
}

TEST_F(SqliteFileTest, TakesASecondSealKeyAndWantsItEverAfter) {
  const Uuid id = Put(*Open(), "a");
  const std::string keys = Path() + ".keys";
  fs::copy_file(keys, keys + ".one");
  std::ofstream(keys, std::ios::app) << "2 seal AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  {
    const auto store = Open();
    EXPECT_TRUE(store->Content(id).ok()) << "the old key still opens";
    Put(*store, "b");
  }
  fs::rename(keys + ".one", keys);
  Refused(Code::kConfig, "seal key 2");
}

TEST_F(SqliteFileTest, OneWorkerAtATime) {
  Open();
  options_.as_worker = true;
  const auto first = Open();
  Refused(Code::kBusy, "another worker");
  options_.as_worker = false;
  EXPECT_NE(Open(), nullptr) << "commands work beside it";
}

TEST_F(SqliteFileTest, ANewerSchemaIsRefusedAndAnOlderOneNeedsToBeAskedFor) {
  Open();
  Sql("INSERT INTO migration VALUES (99, '', x'00', 0, NULL)");
  Refused(Code::kSuperseded, "newer");
  Sql("DELETE FROM migration WHERE number > 1");
  options_.migrate = false;
  Refused(Code::kOutdated, "utboks migrate");
}

TEST_F(SqliteFileTest, AMigrationThatIsMissingIsNotPassedOver) {
  Open();
  Sql("DELETE FROM migration WHERE number = 1");
  Refused(Code::kConfig, "001_first");
}

TEST_F(SqliteFileTest, AStoreOfTheFirstSchemaIsBroughtUpAndLosesNothing) {
  const Uuid id = Put(*Open(), "a");
  const std::string first =
      "DELETE FROM migration WHERE number > 1; DROP TABLE replay_job; DROP TABLE replay_item;"
      "DROP TABLE replay_cause; DROP TABLE correction;"
      "DROP TABLE attachment; DROP TABLE attachment_piece;"
      "CREATE TABLE attachment (seq INTEGER NOT NULL, nr INTEGER NOT NULL, type TEXT NOT NULL,"
      " name BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (seq, nr)) STRICT;"
      "DROP INDEX history_of_gates; DROP TABLE feed; DROP TABLE notice; DROP TABLE notice_feed;"
      "ALTER TABLE gate DROP COLUMN probed_until; ALTER TABLE lease DROP COLUMN until;"
      "DROP VIEW received_row; DROP TABLE receiver; DROP TABLE refusal; DROP TABLE alias;"
      "ALTER TABLE record DROP COLUMN correlation;"
      "DROP TABLE tally; DROP INDEX tombstone_id;"
      "ALTER TABLE migration DROP COLUMN needs";
  Sql(first);
  {
    const auto store = Open();
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->Content(id).ok());
    const Overview overview = store->Look().value();
    for (const auto& [state, count] : overview.states) {
      EXPECT_EQ(count, state == State::kDue ? 1 : 0) << StateName(state);
    }
    NewRow row = Row("b");
    row.attachments.push_back({SensitiveText("n"), "text/plain", SharedText("x")});
    const auto inserted = store->Insert({&row, 1}, InsertMode::kEachAlone);
    ASSERT_TRUE(inserted.ok());
    EXPECT_EQ(store->Content((*inserted)[0].id)->attachments.at(0).bytes.reveal(), "x");
  }
  // No version ever wrote one; were there one, it is not thrown away.
  Sql(first + "; INSERT INTO attachment VALUES (1, 0, 't', x'00', x'00')");
  EXPECT_FALSE(OpenStore(options_).ok());
  Sql("DELETE FROM attachment");
  EXPECT_NE(Open(), nullptr);
}

TEST_F(SqliteFileTest, AnAttachmentThatIsNotWholeIsNotGivenOut) {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  const auto store = Open();
  NewRow row = Row("a");
  row.attachments.push_back(
      {SensitiveText("n"), "text/plain", SharedText(std::string(3 * kMebibyte, 'x'))});
  const Uuid id = (*store->Insert({&row, 1}, InsertMode::kEachAlone))[0].id;
  ASSERT_TRUE(store->Content(id).ok());
  for (const char* harm :
       {"DELETE FROM attachment_piece WHERE piece = 2", "DELETE FROM attachment_piece",
        "UPDATE attachment SET size = size - 1048576",
        "UPDATE attachment_piece SET piece = -piece - 1",
        "UPDATE attachment_piece SET bytes = (SELECT bytes FROM attachment_piece WHERE piece = 1)"
        " WHERE piece = 0",
        "UPDATE attachment SET size = -1"}) {
    Sql(std::string("CREATE TABLE a AS SELECT * FROM attachment;"
                    "CREATE TABLE p AS SELECT * FROM attachment_piece;") +
        harm);
    EXPECT_EQ(store->Content(id).code(), Code::kAltered) << harm;
    Sql("DELETE FROM attachment; DELETE FROM attachment_piece; INSERT INTO attachment SELECT * FROM"
        " a; INSERT INTO attachment_piece SELECT * FROM p; DROP TABLE a; DROP TABLE p");
    EXPECT_TRUE(store->Content(id).ok());
  }
}

TEST_F(SqliteFileTest, AnAlteredMigrationIsRefused) {
  Open();
  Sql("UPDATE migration SET checksum = x'00' WHERE number = 1");
  Refused(Code::kConfig, "001_first");
}

TEST_F(SqliteFileTest, AnotherProgramsDatabaseIsLeftAlone) {
  Sql("CREATE TABLE theirs (x)");
  Refused(Code::kConfig, "another program's");
}

TEST_F(SqliteFileTest, WhatIsNoDatabaseIsLeftAlone) {
  const std::string text(10'000, 'x');
  std::ofstream(Path()) << text;
  Refused(Code::kCorrupt, Path());
  EXPECT_EQ(fs::file_size(Path()), text.size());
}

TEST_F(SqliteFileTest, ADamagedPageStopsTheWritingAndSaysSo) {
  {
    const auto store = Open();
    for (int i = 0; i < 200; ++i) Put(*store, std::to_string(i));
  }
  {
    std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string rubbish(8192, '\x55');
    for (std::uintmax_t at = 8192; at + 8192 <= fs::file_size(Path()); at += 8192) {
      file.seekp(static_cast<std::streamoff>(at));
      file.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
    }
  }
  const Result<std::unique_ptr<Store>> store = OpenStore(options_);
  EXPECT_EQ(store.code(), Code::kCorrupt) << store.status().text();
}

// The content's page is read by no writer: a worker would go on and write into a
// database of which nobody knows what else is wrong.
TEST_F(SqliteFileTest, WhatAReaderFindsDamagedEndsTheWritingToo) {
  const Uuid id = Put(*Open(), "a");
  std::streamoff at = 0, page = 0;
  {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(Path().c_str(), &db), SQLITE_OK);
    const auto number = [&](const char* sql) {
      sqlite3_stmt* query = nullptr;
      EXPECT_EQ(sqlite3_prepare_v2(db, sql, -1, &query, nullptr), SQLITE_OK);
      EXPECT_EQ(sqlite3_step(query), SQLITE_ROW);
      const auto value = sqlite3_column_int64(query, 0);
      sqlite3_finalize(query);
      return static_cast<std::streamoff>(value);
    };
    page = number("PRAGMA page_size");
    at = (number("SELECT rootpage FROM sqlite_schema WHERE name = 'content'") - 1) * page;
    sqlite3_close(db);
  }
  std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << std::string(static_cast<std::size_t>(page), '\x55');
  file.close();

  const auto store = Open();
  EXPECT_EQ(store->Content(id).code(), Code::kCorrupt);
  EXPECT_EQ(store->SetAlarm("clock", "", true).code(), Code::kCorrupt);
  const NewRow row = Row("b");
  EXPECT_EQ(store->Insert({&row, 1}, InsertMode::kEachAlone).code(), Code::kCorrupt);
}

TEST_F(SqliteFileTest, AStoreThatHasBecomeEmptyOrIsGoneIsNotMadeAnew) {
  Put(*Open(), "a");
  for (const bool gone : {false, true}) {
    gone ? static_cast<void>(fs::remove(Path())) : fs::resize_file(Path(), 0);
    Refused(Code::kCorrupt, gone ? "gone" : "empty");
    options_.create = false;
    Refused(Code::kCorrupt, "restore from a backup");
    options_.create = true;
    EXPECT_EQ(fs::exists(Path()), !gone);
  }
  fs::remove(Path() + ".worker");
  EXPECT_NE(Open(), nullptr) << "who means it takes away what tells of the old one";
}

TEST_F(SqliteFileTest, OneThatHeldNothingIsMadeAnew) {
  Open();
  fs::remove(Path());
  EXPECT_NE(Open(), nullptr);
}

TEST_F(SqliteFileTest, WaitsForAnotherProgramAndThenSaysBusy) {
  const auto store = Open();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(Path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const NewRow row = Row("a");
  const Result<std::vector<Inserted>> busy = store->Insert({&row, 1}, InsertMode::kEachAlone);
  EXPECT_EQ(busy.code(), Code::kBusy) << busy.status().text();
  ASSERT_EQ(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_TRUE(store->Insert({&row, 1}, InsertMode::kEachAlone).ok()) << "and works again after it";
}

TEST_F(SqliteFileTest, BelowTheDiskFloorNothingIsTakenInAndTheRestGoesOn) {
  const auto store = Open();
  Put(*store, "a");
  options_.min_free = UINT64_MAX / 2;
  const auto full = Open();
  const NewRow row = Row("b");
  EXPECT_EQ(full->Insert({&row, 1}, InsertMode::kEachAlone).code(), Code::kFull);
  const Room room{"doedsfall_v1", 1};
  const Result<Claimed> claimed = full->Claim({&room, 1}, 1);
  ASSERT_TRUE(claimed.ok());
  const Settlement done{claimed->rows[0], Accepted()};
  EXPECT_TRUE(full->Settle({&done, 1}).ok());
}

TEST_F(SqliteFileTest, ACopyPutBackMustBeOwnedUpTo) {
  const std::string backup = dir_.File("backup.db");
  Uuid sent, unsent, accepted;
  {
    const auto store = Open();
    accepted = Put(*store, "accepted");
    const Room room{"doedsfall_v1", 1};
    const Settlement done{store->Claim({&room, 1}, 1)->rows[0], Accepted()};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
    sent = Put(*store, "sent");
    unsent = Put(*store, "unsent");
    const Status copied = store->Backup(backup);
    ASSERT_TRUE(copied.ok()) << copied.text();
    EXPECT_EQ(store->Backup(backup).code(), Code::kConfig) << "a backup is never written over";
    const Status nowhere = store->Backup(dir_.File("no/such/folder.db"));
    EXPECT_EQ(nowhere.code(), Code::kUnreadable);
    EXPECT_NE(nowhere.text().find("no/such/folder.db cannot be written"), std::string::npos)
        << nowhere.text();
    const Settlement later{store->Claim({&room, 1}, 1)->rows[0], Accepted()};
    ASSERT_TRUE(store->Settle({&later, 1}).ok());
  }
  fs::rename(backup, Path());
  Refused(Code::kConfig, "--after-restore");
  options_.after_restore = true;
  {
    const auto store = Open();
    EXPECT_EQ(StateOf(*store, accepted), State::kAccepted);
    EXPECT_EQ(StateOf(*store, sent), State::kInDoubt) << "it was sent after the copy was made";
    EXPECT_EQ(StateOf(*store, unsent), State::kInDoubt);
  }
  options_.after_restore = false;
  EXPECT_NE(Open(), nullptr) << "once is enough";
}

TEST_F(SqliteFileTest, ACopyFromBeforeARequestIsNoticed) {
  const Uuid id = Put(*Open(), "a");
  fs::copy_file(Path(), dir_.File("copy.db"));
  {
    const auto store = Open();
    const Room room{"doedsfall_v1", 1};
    ASSERT_EQ(store->Claim({&room, 1}, 1)->rows.size(), 1U);  // and its worker dies
  }
  fs::copy_file(dir_.File("copy.db"), Path(), fs::copy_options::overwrite_existing);
  Refused(Code::kConfig, "--after-restore");
  options_.after_restore = true;
  EXPECT_EQ(StateOf(*Open(), id), State::kInDoubt);
}

// What its job has set due since the copy was made may be registered by now.
TEST_F(SqliteFileTest, AfterARestoreAReplayJobWaitsForAPerson) {
  const std::string backup = dir_.File("backup.db");
  std::int64_t job = 0;
  {
    const auto store = Open();
    const Uuid id = Put(*store, "rejected");
    const Room room{"doedsfall_v1", 1};
    const Settlement done{store->Claim({&room, 1}, 1)->rows[0], Rejected()};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
    NewReplay begun;
    begun.actor = "cli:kari";
    job = *store->BeginReplay(begun);
    ASSERT_TRUE(store->AddToReplay(job, {&id, 1}).ok());
    ASSERT_TRUE(store->StartReplay(job).ok());
    ASSERT_TRUE(store->Backup(backup).ok());
  }
  fs::rename(backup, Path());
  options_.after_restore = true;
  const auto store = Open();
  EXPECT_EQ(store->NextReplay()->job, 0);
  const ReplayJob stopped = store->ListReplays(job)->front();
  EXPECT_EQ(stopped.progress.phase, ReplayPhase::kStopped);
  EXPECT_EQ(stopped.reason, "restored");
  EXPECT_TRUE(store->ResumeReplay(job, "cli:kari", SensitiveText("looked")).ok());
}

TEST_F(SqliteFileTest, AfterARestoreNothingCountsAsNeverSent) {
  const std::string backup = dir_.File("backup.db");
  Uuid sending, held, rejected;
  {
    const auto store = Open();
    const Room room{"doedsfall_v1", 1};
    rejected = Put(*store, "rejected");
    const Settlement done{store->Claim({&room, 1}, 1)->rows[0], Rejected()};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
    sending = Put(*store, "sending");
    ASSERT_EQ(store->Claim({&room, 1}, 1)->rows.size(), 1U);
    held = Put(*store, "held");
    Act hold;
    hold.ids = {held};
    hold.actor = "cli:kari";
    ASSERT_TRUE(store->Do(hold).ok());
    ASSERT_TRUE(store->Backup(backup).ok());
  }
  fs::rename(backup, Path());
  options_.after_restore = true;
  const auto store = Open();
  EXPECT_EQ(StateOf(*store, sending), State::kInDoubt);
  const std::vector<AttemptView> attempts = *store->Attempts(sending, false);
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].result, AttemptResult::kUnanswered);
  EXPECT_EQ(attempts[0].reason, "restored");
  Act cancel;
  cancel.decision = Decision::kCancel;
  cancel.ids = {held, rejected};
  cancel.actor = "cli:kari";
  for (const Acted& acted : *store->Do(cancel)) {
    EXPECT_EQ(acted.status.code(), Code::kConflict) << "it may be registered";
  }
  Act release;
  release.decision = Decision::kRelease;
  release.ids = {held};
  release.actor = "cli:kari";
  EXPECT_EQ((*store->Do(release))[0].to, State::kInDoubt);
  const std::vector<EventView> events = *store->Events(0, 0, rejected);
  EXPECT_EQ(events.back().event, "restored");
}

TEST_F(SqliteFileTest, OpeningWritesNothing) {
  Open();
  const auto read = [&] {
    std::ifstream file(Path(), std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), {});
  };
  const std::string before = read();
  Open();
  EXPECT_EQ(read(), before) << "each command would wait for the disk";
}

TEST_F(SqliteFileTest, ACopyIsKnownAsOneEvenWithoutItsSideFile) {
  const std::string backup = dir_.File("backup.db");
  Put(*Open(), "a");
  ASSERT_TRUE(Open()->Backup(backup).ok());
  fs::remove(Path());
  fs::remove(Path() + ".worker");
  fs::rename(backup, Path());
  Refused(Code::kConfig, "--after-restore");
}

TEST_F(SqliteFileTest, AnyOlderCopyOfTheFileIsNoticed) {
  Put(*Open(), "a");
  fs::copy_file(Path(), dir_.File("copy.db"));
  Put(*Open(), "b");
  fs::copy_file(dir_.File("copy.db"), Path(), fs::copy_options::overwrite_existing);
  Refused(Code::kConfig, "--after-restore");
  fs::remove(Path() + ".worker");
  Refused(Code::kConfig, "--after-restore");
}

// Whoever dies after the commit of a purge has not written the line beside the store.
TEST_F(SqliteFileTest, APurgeOfTheNewestHistoryMakesNoOlderCopy) {
  std::string before;
  {
    const auto store = Open();
    Act act;
    act.decision = Decision::kCancel;
    act.ids = {Put(*store, "a")};
    act.actor = "cli:kari";
    ASSERT_TRUE(store->Do(act).ok());
    std::getline(std::ifstream(Path() + ".worker"), before);
    const Result<Desk::Purged> purged = store->Purge(Millis(0), Millis(0), false, 10);
    ASSERT_TRUE(purged.ok()) << purged.status().text();
    ASSERT_EQ(purged->records, 1);
  }
  std::fstream(Path() + ".worker", std::ios::in | std::ios::out) << before;
  EXPECT_NE(Open(), nullptr);
}

// As after a death between the first commit and the first line: once there is history,
// a file without a line would count as older.
TEST_F(SqliteFileTest, ASideFileWithoutALineGetsOneWhenItIsOpened) {
  Open();
  fs::resize_file(Path() + ".worker", 0);
  Open();
  EXPECT_EQ(fs::file_size(Path() + ".worker"), 64U);
}

TEST_F(SqliteFileTest, NothingOfAMessageStandsInTheFileInPlain) {
  {
    const auto store = Open();
    NewRow row = Row("identifikator-01010112345-Kari");
    row.document = SensitiveText("<navn>Kari Nordmann 21873816357</navn>");
    row.saksreferanse = SensitiveText("sak-Kari-21873816357");
    row.order_keys.emplace_back("21873816357");
    ASSERT_TRUE(store->Insert({&row, 1}, InsertMode::kEachAlone).ok());
    const Room room{"doedsfall_v1", 1};
    Outcome outcome = Rejected();
    outcome.answer = "Kari Nordmann 21873816357 finnes ikke";
    outcome.feilkode = "Feil.21873816357";
    outcome.retry_after = "Kari";
    outcome.support_id = "21873816357";
    const Settlement done{store->Claim({&room, 1}, 1)->rows[0], outcome};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
    Act act;
    act.decision = Decision::kCancel;
    act.ids = {(*store->Find("identifikator-01010112345-Kari", false))[0].id};
    act.actor = "cli:ola";
    act.why = SensitiveText("Kari 21873816357 is well");
    ASSERT_TRUE(store->Do(act).ok());
    ASSERT_TRUE(store->PauseGate("", std::nullopt, "cli:ola", SensitiveText("for Kari")).ok());
  }
  for (const auto& entry : fs::directory_iterator(dir_.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const char* text : {"Kari", "21873816357", "01010112345", "Nordmann"}) {
      EXPECT_EQ(bytes.find(text), std::string::npos) << entry.path() << " holds " << text;
    }
  }
}

TEST_F(SqliteFileTest, TwoThatMakeTheSameStoreAtOnceMakeItOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const Result<std::unique_ptr<Store>> store = OpenStore(options_);
      EXPECT_TRUE(store.ok()) << store.status().text();
      if (!store.ok()) return;
      Put(**store, std::to_string(i));
      ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 8);
  EXPECT_EQ(Open()->List(Filter{})->size(), 8U);
}

TEST_F(SqliteFileTest, SeesWhatAnotherOpeningOfItPutIn) {
  const auto one = Open();
  const auto other = Open();
  one->WaitForChange(SystemClock().Steady(), {});
  std::thread writer([&] { Put(*other, "a"); });
  one->WaitForChange(SystemClock().Steady() + std::chrono::hours(1), {});
  writer.join();
  EXPECT_EQ(one->List(Filter{})->size(), 1U);
}

}  // namespace
}  // namespace utboks::testing
