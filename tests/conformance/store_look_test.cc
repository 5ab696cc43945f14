// Looking at a store (for `doctor`): it says what opening it would say, and leaves
// no trace.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "queue/seal/keys.h"
#include "tests/conformance/store_fixture.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;

// A store to be looked at, in a folder of its own.
struct Subject {
  // A name that a URI would read otherwise.
  explicit Subject(const std::string& name = "ut boks%20?#&.db") : path(dir.File(name)) {
    options.url = "sqlite:" + path;
    options.environment = "test";
    options.organisation_number = "100101688";
    options.host = "register.example";
    options.worker = "w";
    options.min_free = 0;
    options.delivery.rate_limit_per_minute = 0;
  }

  std::unique_ptr<Store> Make() {
    StoreOptions made = options;
    made.create = made.migrate = true;
    Result<std::unique_ptr<Store>> store = OpenStore(made);
    EXPECT_TRUE(store.ok()) << store.status().text();
    return store.ok() ? std::move(*store) : nullptr;
  }

  static void Put(Store& store, const std::string& name) {
    const NewRow row = Row(name);
    EXPECT_TRUE(store.Insert({&row, 1}, InsertMode::kEachAlone).ok());
  }

  void Sql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(db);
  }

  // Name and bytes of each file; of the lock, the name alone.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(dir.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      files[entry.path().filename()] = entry.path().extension() == ".lock" ? "" : bytes;
    }
    return files;
  }

  // Looks, and holds that no file has come, gone or changed.
  StoreReport Look() {
    const auto before = Files();
    StoreReport report = LookAtStore(options);
    EXPECT_EQ(Files(), before);
    return report;
  }

  TempDir dir;
  const std::string path;
  StoreOptions options;
};

void ExpectAllOk(const StoreReport& report) {
  for (const Status& status : {report.opens, report.stamp, report.keys, report.age}) {
    EXPECT_TRUE(status.ok()) << status.text();
  }
}

TEST(StoreLookTest, AStoreThatIsNotThereIsNotMade) {
  Subject s;
  const StoreReport report = s.Look();
  EXPECT_FALSE(report.exists);
  EXPECT_FALSE(report.key_file_exists);
  EXPECT_EQ(report.key_file, s.path + ".keys");
  ExpectAllOk(report);
  EXPECT_TRUE(s.Files().empty());
  std::ofstream(s.path).flush();
  EXPECT_FALSE(s.Look().exists) << "an empty file is none yet";
}

TEST(StoreLookTest, AKeyFileThatWaitsForItsStoreIsRead) {
  Subject s;
  std::ofstream(s.path + ".keys") << "1 seal nonsense\n";
  const StoreReport report = s.Look();
  EXPECT_FALSE(report.exists);
  EXPECT_EQ(report.keys.code(), Code::kConfig);
}

TEST(StoreLookTest, AStoreInMemoryNeverExists) {
  Subject s;
  s.options.url = "sqlite::memory:";
  const StoreReport report = s.Look();
  EXPECT_FALSE(report.exists);
  ExpectAllOk(report);
}

TEST(StoreLookTest, AStoreThatRestsIsFoundWell) {
  Subject s;
  s.Put(*s.Make(), "a");
  ASSERT_FALSE(fs::exists(s.path + "-wal"));
  const StoreReport report = s.Look();
  EXPECT_TRUE(report.exists);
  EXPECT_TRUE(report.key_file_exists);
  ExpectAllOk(report);
}

TEST(StoreLookTest, AStoreAtWorkIsFoundWellAndGoesOn) {
  Subject s;
  const auto store = s.Make();
  s.Put(*store, "first");
  std::atomic<bool> enough = false;
  std::atomic<int> put = 0;
  std::thread worker([&] {
    while (!enough) s.Put(*store, "m" + std::to_string(put++));
  });
  for (int i = 0; i < 50; ++i) {
    const StoreReport report = LookAtStore(s.options);
    EXPECT_TRUE(report.exists);
    ExpectAllOk(report);
  }
  enough = true;
  worker.join();
  Filter all;
  all.limit = 0;
  EXPECT_EQ(store->List(all)->size(), static_cast<std::size_t>(put) + 1);
}

TEST(StoreLookTest, SaysWhatOpeningItWouldSay) {
  struct Case {
    const char* what;
    std::function<void(Subject&)> spoil;
    Status StoreReport::*where;
    Code code;
  };
  const Case cases[] = {
      {"another environment", [](auto& t) { t.options.environment = "production"; },
       &StoreReport::stamp, Code::kConfig},
      {"another organisation", [](auto& t) { t.options.organisation_number = "974760746"; },
       &StoreReport::stamp, Code::kConfig},
      {"another register", [](auto& t) { t.options.host = "elsewhere.example"; },
       &StoreReport::stamp, Code::kConfig},
      {"the key file is gone", [](auto& t) { fs::rename(t.path + ".keys", t.path + ".away"); },
       &StoreReport::keys, Code::kConfig},
      {"other keys",
       [](auto& t) {
         fs::remove(t.path + ".keys");
         const auto random = SeededRandom(3);
         ASSERT_TRUE(CreateKeyFile(t.path + ".keys", *random).ok());
       },
       &StoreReport::keys, Code::kConfig},
      {"a damaged key file", [](auto& t) { std::ofstream(t.path + ".keys") << "1 seal x\n"; },
       &StoreReport::keys, Code::kConfig},
      {"a newer schema",
       [](auto& t) { t.Sql("INSERT INTO migration VALUES (99, '', x'00', 0, NULL)"); },
       &StoreReport::opens, Code::kSuperseded},
      {"an older schema", [](auto& t) { t.Sql("DELETE FROM migration WHERE number > 1"); },
       &StoreReport::opens, Code::kOutdated},
      {"an older copy",
       [](auto& t) {
         fs::copy_file(t.path, t.path + ".old");
         Subject::Put(*t.Make(), "b");
         fs::rename(t.path + ".old", t.path);
       },
       &StoreReport::age, Code::kConfig},
      {"no database",
       [](auto& t) { std::ofstream(t.path, std::ios::trunc) << std::string(10'000, 'x'); },
       &StoreReport::opens, Code::kCorrupt},
      {"emptied", [](auto& t) { fs::resize_file(t.path, 0); }, &StoreReport::opens, Code::kCorrupt},
      {"gone", [](auto& t) { fs::remove(t.path); }, &StoreReport::opens, Code::kCorrupt},
      {"another program's",
       [](auto& t) {
         fs::remove(t.path);
         t.Sql("CREATE TABLE theirs (x)");
       },
       &StoreReport::opens, Code::kConfig},
  };
  for (const Case& c : cases) {
    Subject one;
    Subject::Put(*one.Make(), "a");
    c.spoil(one);
    const StoreReport report = one.Look();
    const Status& said = report.*c.where;
    EXPECT_EQ(said.code(), c.code) << c.what << ": " << said.text();
    EXPECT_EQ(said.text().find('\n'), std::string::npos) << c.what;
    const Result<std::unique_ptr<Store>> opened = OpenStore(one.options);
    ASSERT_FALSE(opened.ok()) << c.what;
    EXPECT_EQ(opened.status().text(), said.text()) << c.what;
  }
}

TEST(StoreLookTest, ANewSealKeyIsFineAndNotYetKnown) {
  Subject s;
  s.Put(*s.Make(), "a");
  std::ofstream(s.path + ".keys", std::ios::app)
      << "2 seal AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  ExpectAllOk(s.Look());
}

}  // namespace
}  // namespace utboks::testing
