// `utboks doctor` against the simulated register: everything in order, and each
// thing out of order, with its line and its exit code.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/system/agency.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Line {
  std::string check, verdict, text, todo;
};

// What doctor says; anything but `code` at its end fails the test, and so does a
// line without what to do where something is wrong.
std::vector<Line> Ask(Agency& agency, int code) {
  std::vector<Line> lines;
  for (const Json& object : agency.Ask({"doctor"}, code)) {
    EXPECT_EQ(object->size(), 4U);
    Line line{Get(object, "check"), Get(object, "verdict"), Get(object, "text"),
              Get(object, "todo")};
    EXPECT_EQ(line.todo.empty(), line.verdict == "OK") << line.check << ": " << line.text;
    lines.push_back(std::move(line));
  }
  return lines;
}

// Those that are not OK, as "check verdict".  Of the file system, nothing: which one
// the tests run on is nobody's fault.
std::vector<std::string> Troubles(const std::vector<Line>& lines) {
  std::vector<std::string> troubles;
  for (const Line& line : lines) {
    if (line.verdict == "OK" || line.check == "file-system") continue;
    troubles.push_back(line.check + " " + line.verdict);
  }
  return troubles;
}

std::string TextOf(const std::vector<Line>& lines, const std::string& check,
                   const std::string& verdict) {
  for (const Line& line : lines) {
    if (line.check == check && line.verdict == verdict) return line.text + "; " + line.todo;
  }
  return "no line " + check + " " + verdict;
}

std::vector<std::string> FilesIn(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

fs::path OutboxOf(const Agency& agency) {
  return fs::path(agency.store()).parent_path();
}

// In the catalogue's order.
std::vector<std::string> EnabledResources(Agency& agency) {
  std::vector<std::string> names;
  for (const Json& edition : agency.Ask({"schemas", "list"})) {
    const std::string name = Get(edition, "ressurs");
    if (Get(edition, "enabled") == "true" && (names.empty() || names.back() != name)) {
      names.push_back(name);
    }
  }
  return names;
}

TEST(DoctorSystemTest, AllIsWellAndNothingIsMade) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<Line> lines = Ask(agency, 0);
  EXPECT_THAT(Troubles(lines), IsEmpty());
  std::vector<std::string> expected = {
      "configuration", "secret-files",      "store-folder", "file-system", "disk",
      "store",         "key-file",          "schemas",      "certificate", "certificate-dates",
      "key-usage",     "certificate-chain", "register"};
  std::vector<std::string> heads;
  for (const std::string& ressurs : EnabledResources(agency)) {
    expected.push_back("head " + ressurs);
    heads.push_back("HEAD " + ressurs);
  }
  expected.emplace_back("clock");
  std::vector<std::string> checks;
  for (const Line& line : lines) checks.push_back(line.check);
  EXPECT_EQ(checks, expected);
  EXPECT_THAT(TextOf(lines, "store", "OK"), HasSubstr("there is no store"));
  EXPECT_THAT(TextOf(lines, "certificate", "OK"), HasSubstr("100101688"));
  EXPECT_THAT(TextOf(lines, "register", "OK"),
              AllOf(HasSubstr("TLSv1.3"), HasSubstr("for localhost"), HasSubstr("ca.pem")));
  EXPECT_THAT(FilesIn(OutboxOf(agency)), IsEmpty());
  std::vector<std::string> asked;
  for (const JournalLine& line : reg.Journal()) {
    if (line.event == "end") asked.push_back(line.method + " " + line.ressurs);
  }
  EXPECT_EQ(asked, heads);
}

TEST(DoctorSystemTest, PeopleSeeTheSameInLines) {
  SimulatorFixture reg;
  Agency agency(reg);
  const Finished run = agency.Run({"doctor"});
  EXPECT_EQ(run.code(), 0);
  EXPECT_THAT(run.out, AllOf(StartsWith("OK    configuration: "),
                             HasSubstr("\nOK    head doedsfall_v1: HEAD was answered with 200\n")));
  EXPECT_THAT(run.err, IsEmpty());
}

TEST(DoctorSystemTest, BesideAWorkerItDisturbsNothing) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.StartWorker();
  const std::vector<std::string> ids = agency.Enqueue({1, 2, 3});
  for (int i = 0; i < 5; ++i) {
    const std::vector<Line> lines = Ask(agency, 0);
    EXPECT_THAT(Troubles(lines), IsEmpty());
    EXPECT_THAT(TextOf(lines, "store", "OK"), HasSubstr("this register's"));
    EXPECT_THAT(TextOf(lines, "key-file", "OK"), HasSubstr("has the keys"));
  }
  for (const std::string& id : ids) EXPECT_TRUE(agency.AwaitState(id, "accepted"));
  agency.StopWorker();
  const auto files = FilesIn(OutboxOf(agency));
  EXPECT_THAT(Troubles(Ask(agency, 0)), IsEmpty());
  EXPECT_EQ(FilesIn(OutboxOf(agency)), files) << "nothing is made beside a store at rest";
}

// A copy of the agency's own, so that its rights can be changed.
std::string OwnKey(Agency& agency, unsigned mode) {
  const std::string path = agency.folder() + "/key.pem";
  fs::copy_file(DevPki::Shared().key(), path, fs::copy_options::overwrite_existing);
  EXPECT_EQ(::chmod(path.c_str(), mode), 0);
  return path;
}

void ShowCertificate(Agency& agency, const std::string& kind, const std::string& key = "") {
  const DevPki& pki = DevPki::Shared();
  agency.SetText("register.client_certificate", pki.certificate(kind));
  agency.SetText("register.client_key", pki.key(key.empty() ? kind : key));
}

struct Row {
  const char* what;
  std::function<void(Agency&)> spoil;
  int code;
  std::vector<std::string> troubles;
  const char* check;
  const char* verdict;
  const char* says;
};

void Expect(const Row& row, Agency& agency) {
  SCOPED_TRACE(row.what);
  row.spoil(agency);
  const std::vector<Line> lines = Ask(agency, row.code);
  EXPECT_EQ(Troubles(lines), row.troubles);
  EXPECT_THAT(TextOf(lines, row.check, row.verdict), HasSubstr(row.says));
}

TEST(DoctorSystemTest, EachSettingOutOfOrderHasItsLineAndItsCode) {
  const Row rows[] = {
      {"a mistyped setting",
       [](Agency& a) { a.Set("delivery.backof_min", "\"1s\""); },
       78,
       {"configuration FAIL"},
       "configuration",
       "FAIL",
       "did you mean backoff_min?"},
      {"no register",
       [](Agency& a) { a.Set("register.base_url", ""); },
       78,
       {"configuration FAIL"},
       "configuration",
       "FAIL",
       "base_url is not set"},
      {"a key that all may read",
       [](Agency& a) { a.SetText("register.client_key", OwnKey(a, 0644)); },
       78,
       {"secret-files FAIL"},
       "secret-files",
       "FAIL",
       "may be read by every user"},
      {"no folder",
       [](Agency& a) { a.SetText("outbox.store", "sqlite:" + a.folder() + "/none/outbox.db"); },
       78,
       {"store-folder FAIL"},
       "store-folder",
       "FAIL",
       "No such file"},
      {"no certificate",
       [](Agency& a) { a.SetText("register.client_certificate", a.folder() + "/none.pem"); },
       78,
       {"certificate FAIL", "register WARN"},
       "certificate",
       "FAIL",
       "none.pem cannot be read"},
      {"a key of another certificate",
       [](Agency& a) { ShowCertificate(a, "client", "server"); },
       78,
       {"certificate FAIL", "register WARN"},
       "certificate",
       "FAIL",
       "key"},
      {"another organisation's certificate",
       [](Agency& a) { ShowCertificate(a, "other-org-client"); },
       78,
       {"certificate FAIL", "register WARN"},
       "certificate",
       "FAIL",
       "is of organisation 100101696"},
      {"the signing twin",
       [](Agency& a) { ShowCertificate(a, "signing-client"); },
       78,
       {"certificate FAIL", "register WARN"},
       "certificate",
       "FAIL",
       "signing documents"},
      {"a certificate that ran out",
       [](Agency& a) { ShowCertificate(a, "expired-client"); },
       78,
       {"certificate-dates FAIL", "register WARN"},
       "certificate-dates",
       "FAIL",
       "ran out"},
      {"a certificate of an authority that the register does not know",
       [](Agency& a) { ShowCertificate(a, "other-ca-client"); },
       69,
       {"certificate-chain WARN", "register FAIL"},
       "register",
       "FAIL",
       "unknown ca"},
      {"another authority in ca_file",
       [](Agency& a) {
         a.SetText("register.ca_file", DevPki::Shared().folder() + "/other-ca.pem");
       },
       69,
       {"certificate-chain WARN", "register FAIL"},
       "register",
       "FAIL",
       "is not trusted"},
      {"nobody listens",
       [](Agency& a) { a.SetText("register.base_url", "https://localhost:1"); },
       69,
       {"register FAIL"},
       "register",
       "FAIL",
       "Connection refused"},
      {"no such name",
       [](Agency& a) { a.SetText("register.base_url", "https://utboks.invalid"); },
       69,
       {"register FAIL"},
       "register",
       "FAIL",
       "utboks.invalid"},
      {"two things: the graver decides",
       [](Agency& a) {
         a.SetText("register.base_url", "https://localhost:1");
         a.SetText("register.client_key", OwnKey(a, 0646));
       },
       78,
       {"secret-files FAIL", "register FAIL"},
       "secret-files",
       "FAIL",
       "may be changed"},
  };
  SimulatorFixture reg;
  Agency agency(reg);
  const auto restore = [&] {
    agency.Set("delivery.backof_min", "");
    agency.SetText("register.base_url", reg.base_url());
    agency.SetText("register.ca_file", reg.pki().ca());
    ShowCertificate(agency, "client");
    agency.SetText("outbox.store", "sqlite:" + agency.store());
  };
  for (const Row& row : rows) {
    Expect(row, agency);
    restore();
  }
  for (const JournalLine& line : reg.Journal()) EXPECT_EQ(line.method, "HEAD");
  EXPECT_THAT(FilesIn(OutboxOf(agency)), IsEmpty());
}

TEST(DoctorSystemTest, AStoreOutOfOrderHasItsLineAndItsCode) {
  const Row rows[] = {
      {"the store's keys, that all may read",
       [](Agency& a) {
         a.Enqueue({1});
         EXPECT_EQ(::chmod(a.keys().c_str(), 0604), 0);
       },
       78,
       {"secret-files FAIL"},
       "secret-files",
       "FAIL",
       "store's key file"},
      {"the store's keys are gone",
       [](Agency& a) {
         a.Enqueue({1});
         fs::rename(a.keys(), a.folder() + "/away");
       },
       78,
       {"key-file FAIL"},
       "key-file",
       "FAIL",
       "put it back"},
      {"the store of another organisation",
       [](Agency& a) {
         a.Enqueue({1});
         a.Meddle("UPDATE store SET organisation = '100101696'");
       },
       78,
       {"store FAIL"},
       "store",
       "FAIL",
       "belongs to organisation 100101696"},
      {"a store that is none",
       [](Agency& a) {
         std::ofstream(a.store()) << std::string(10'000, 'x');
         a.Damaged();
       },
       78,
       {"store FAIL"},
       "store",
       "FAIL",
       "damaged or is none"},
  };
  SimulatorFixture reg;
  for (const Row& row : rows) {
    Agency agency(reg);
    Expect(row, agency);
  }
}

TEST(DoctorSystemTest, TheRegistersNameIsChecked) {
  SimulatorFixture reg({.server = "other-name-server"});
  Agency agency(reg);
  const std::vector<Line> lines = Ask(agency, 69);
  EXPECT_THAT(Troubles(lines), ElementsAre("register FAIL"));
  EXPECT_THAT(TextOf(lines, "register", "FAIL"), HasSubstr("ostname mismatch"));
  EXPECT_THAT(reg.Journal(), IsEmpty());
}

std::string HttpDate(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

TEST(DoctorSystemTest, WhatTheRegisterAnswers) {
  struct Answer {
    const char* what;
    std::string scenario;
    int code;
    std::vector<std::string> troubles;
    const char* check;
    const char* verdict;
    const char* says;
  };
  const std::string date = HttpDate(std::chrono::system_clock::now() - std::chrono::hours(2));
  const std::string only = "[[step]]\nresources = [\"doedsfall_v1\"]\n";
  const Answer rows[] = {
      {"a resource that our agreement lacks",
       R"(not_in_agreement = ["doedsfall_v1"])",
       0,
       {"head doedsfall_v1 WARN"},
       "head doedsfall_v1",
       "WARN",
       "403"},
      {"not well",
       only + "kind = \"error\"\nstatus = 503\n",
       0,
       {"head doedsfall_v1 WARN"},
       "head doedsfall_v1",
       "WARN",
       "the register is not well"},
      {"a proxy's page",
       only + "kind = \"proxy\"\nstatus = 200\n",
       0,
       {"head doedsfall_v1 WARN"},
       "head doedsfall_v1",
       "WARN",
       "web page"},
      {"too many",
       only + "kind = \"throttle\"\n",
       0,
       {"head doedsfall_v1 WARN"},
       "head doedsfall_v1",
       "WARN",
       "patience"},
      {"no access",
       only + "kind = \"error\"\nstatus = 401\n",
       1,
       {"head doedsfall_v1 FAIL"},
       "head doedsfall_v1",
       "FAIL",
       "does not let us in"},
      {"our clock is behind or theirs ahead",
       "[[step]]\nkind = \"answer\"\nstatus = 200\nheaders = { Date = \"" + date + "\" }\n",
       1,
       {"clock FAIL"},
       "clock",
       "FAIL",
       "ahead of the register's"},
  };
  for (const Answer& row : rows) {
    SCOPED_TRACE(row.what);
    SimulatorFixture reg({.scenario = row.scenario});
    Agency agency(reg);
    const std::vector<Line> lines = Ask(agency, row.code);
    EXPECT_EQ(Troubles(lines), row.troubles);
    EXPECT_THAT(TextOf(lines, row.check, row.verdict), HasSubstr(row.says));
  }
}

TEST(DoctorSystemTest, ARegisterThatIsSilentCostsTheTimesThatAreSet) {
  SimulatorFixture reg({.scenario = "[[step]]\nkind = \"hang\"\n"});
  Agency agency(reg);
  agency.SetText("register.response_timeout", "1s");
  const auto begun = std::chrono::steady_clock::now();
  const std::vector<Line> lines = Ask(agency, 69);
  // The hang lasts ten minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(50));
  const std::vector<std::string> resources = EnabledResources(agency);
  ASSERT_GT(resources.size(), 2U);
  EXPECT_THAT(Troubles(lines), ElementsAre("head " + resources[0] + " FAIL",
                                           "head " + resources[1] + " FAIL", "head WARN"));
  EXPECT_THAT(TextOf(lines, "head " + resources[0], "FAIL"), HasSubstr("no whole answer in time"));
  EXPECT_THAT(TextOf(lines, "head", "WARN"),
              HasSubstr(std::to_string(resources.size() - 2) + " more resources"));
}

}  // namespace
}  // namespace utboks::testing
