// Every judgement of doctor, by table: what was found, and the line it makes.
#include "producer/app/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

namespace utboks::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr WallTime kNow{Millis(1'795'475'700'000)};
constexpr std::int64_t kMiB = 1LL << 20;

// One line, with something to do exactly where something is wrong.
void ExpectSound(const Finding& finding) {
  EXPECT_THAT(finding.check, Not(IsEmpty()));
  EXPECT_THAT(finding.text, Not(IsEmpty())) << finding.check;
  EXPECT_THAT(finding.text + finding.todo, Not(HasSubstr("\n"))) << finding.check;
  EXPECT_EQ(finding.todo.empty(), finding.grade == Grade::kOk) << finding.check << finding.text;
  EXPECT_EQ(finding.code == Code::kOk, finding.grade != Grade::kFail) << finding.check;
}

struct Expected {
  const char* check;
  Grade grade;
  const char* says;
  Code code = Code::kOk;
};

void ExpectFindings(const char* what, const Findings& findings,
                    const std::vector<Expected>& expected) {
  ASSERT_EQ(findings.size(), expected.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ExpectSound(findings[i]);
    EXPECT_EQ(findings[i].check, expected[i].check) << what;
    EXPECT_EQ(GradeName(findings[i].grade), GradeName(expected[i].grade))
        << what << ": " << findings[i].text;
    EXPECT_THAT(findings[i].text, HasSubstr(expected[i].says)) << what;
    EXPECT_EQ(findings[i].code, expected[i].code) << what;
  }
}

TEST(DoctorTest, TheFirstThatAppliesOf78And69And1IsTheExitCode) {
  const auto failing = [](std::initializer_list<Code> codes) {
    Findings findings = {{"fine", Grade::kOk, "", "", Code::kOk},
                         {"odd", Grade::kWarn, "", "", Code::kOk}};
    for (const Code code : codes) findings.push_back({"bad", Grade::kFail, "", "", code});
    return ExitCodeOf(findings);
  };
  EXPECT_EQ(ExitCodeOf({}), 0);
  EXPECT_EQ(failing({}), 0);
  EXPECT_EQ(failing({Code::kInvalid}), 1);
  EXPECT_EQ(failing({Code::kFull}), 1);
  EXPECT_EQ(failing({Code::kInternal}), 1);
  EXPECT_EQ(failing({Code::kInvalid, Code::kUnreachable}), 69);
  EXPECT_EQ(failing({Code::kUnreachable, Code::kFull}), 69);
  EXPECT_EQ(failing({Code::kFull, Code::kConfig, Code::kUnreachable}), 78);
  EXPECT_EQ(failing({Code::kCorrupt}), 78);
}

TEST(DoctorTest, TheConfigurationIsCountedOrFails) {
  Config config;
  config.path = "/etc/utboks.toml";
  config.effective = {{"a", "b", "1", "/etc/utboks.toml:3", true},
                      {"a", "c", "1", "/etc/utboks.toml:4", true},
                      {"a", "d", "1", "UTBOKS_A_D", true},
                      {"a", "e", "1", "default", true}};
  const Finding well = JudgeConfig(config, Status());
  ExpectSound(well);
  EXPECT_THAT(well.text, AllOf(HasSubstr("/etc/utboks.toml: 2 settings"),
                               HasSubstr("1 from the environment"), HasSubstr("for the test")));
  const Finding fails = JudgeConfig(config, Status(Code::kConfig, "base_url is not set"));
  ExpectSound(fails);
  EXPECT_EQ(fails.code, Code::kConfig);
  EXPECT_EQ(fails.text, "base_url is not set");
}

TEST(DoctorTest, EachSecretThatIsOpenIsTold) {
  const Status open(Code::kConfig, "client key k may be read by every user");
  ExpectFindings("kept", JudgeSecrets(std::vector<Status>{Status(), Status()}),
                 {{"secret-files", Grade::kOk, "kept"}});
  ExpectFindings("two of three", JudgeSecrets(std::vector<Status>{open, Status(), open}),
                 {{"secret-files", Grade::kFail, "client key k", Code::kConfig},
                  {"secret-files", Grade::kFail, "client key k", Code::kConfig}});
}

TEST(DoctorTest, WhereTheStoreLies) {
  struct Row {
    const char* what;
    std::function<void(StorePlace&)> change;
    std::vector<Expected> expected;
  };
  const Expected folder = {"store-folder", Grade::kOk, "/var/lib/utboks"};
  const Expected local = {"file-system", Grade::kOk, "ext"};
  const Expected room = {"disk", Grade::kOk, "1000 MiB free"};
  const auto disk = [](std::uint64_t magic) {
    return [magic](StorePlace& place) { place.magic = magic; };
  };
  const Row rows[] = {
      {"all is well", [](StorePlace&) {}, {folder, local, room}},
      {"no folder",
       [](StorePlace& place) { place.folder_error = ENOENT; },
       {{"store-folder", Grade::kFail, "No such file", Code::kConfig}}},
      {"a folder of somebody else's",
       [](StorePlace& place) { place.folder_write_error = EACCES; },
       {{"store-folder", Grade::kFail, "/var/lib/utboks cannot be written", Code::kConfig},
        local,
        room}},
      {"a file of somebody else's",
       [](StorePlace& place) { place.file_write_error = EACCES; },
       {{"store-folder", Grade::kFail, "outbox.db cannot be written", Code::kConfig}, local, room}},
      {"nfs", disk(0x6969), {folder, {"file-system", Grade::kFail, "nfs", Code::kConfig}, room}},
      {"fuse", disk(0x65735546), {folder, {"file-system", Grade::kWarn, "fuse"}, room}},
      {"overlay", disk(0x794c7630), {folder, {"file-system", Grade::kWarn, "overlay"}, room}},
      {"unknown", disk(0x1234), {folder, {"file-system", Grade::kWarn, "0x1234"}, room}},
      {"just enough room",
       [](StorePlace& place) { place.free_bytes = 256 * kMiB; },
       {folder, local, {"disk", Grade::kOk, "256 MiB free"}}},
      {"too little room",
       [](StorePlace& place) { place.free_bytes = 256 * kMiB - 1; },
       {folder, local, {"disk", Grade::kFail, "nothing is taken in", Code::kFull}}},
      {"nobody knows how much",
       [](StorePlace& place) { place.free_bytes.reset(); },
       {folder, local, {"disk", Grade::kWarn, "how much room"}}},
  };
  for (const Row& row : rows) {
    StorePlace place;
    place.file = "/var/lib/utboks/outbox.db";
    place.folder = "/var/lib/utboks";
    place.magic = 0xef53;
    place.free_bytes = 1000 * kMiB;
    row.change(place);
    ExpectFindings(row.what, JudgePlace(place, 256 * kMiB), row.expected);
  }
  ExpectFindings("memory", {JudgeMemory()}, {{"file-system", Grade::kWarn, "in memory"}});
}

TEST(DoctorTest, TheStoreAndItsKeys) {
  struct Row {
    const char* what;
    std::function<void(StoreReport&)> change;
    std::vector<Expected> expected;
  };
  const Expected store = {"store", Grade::kOk, "outbox.db has this version's form"};
  const Expected keys = {"key-file", Grade::kOk, "outbox.db.keys has the keys"};
  const Row rows[] = {
      {"all is well", [](StoreReport&) {}, {store, keys}},
      {"none yet",
       [](StoreReport& r) { r.exists = r.key_file_exists = false; },
       {{"store", Grade::kOk, "no store"}, {"key-file", Grade::kOk, "made with the store"}}},
      {"none yet, and its keys wait",
       [](StoreReport& r) { r.exists = false; },
       {{"store", Grade::kOk, "no store"}, {"key-file", Grade::kOk, "waits"}}},
      {"none yet, and its keys are damaged",
       [](StoreReport& r) {
         r.exists = false;
         r.keys = Status(Code::kConfig, "line 1 holds no key");
       },
       {{"store", Grade::kOk, "no store"}, {"key-file", Grade::kFail, "line 1", Code::kConfig}}},
      {"another register's",
       [](StoreReport& r) { r.stamp = Status(Code::kConfig, "belongs to register x"); },
       {{"store", Grade::kFail, "register x", Code::kConfig}, keys}},
      {"an older copy",
       [](StoreReport& r) { r.age = Status(Code::kConfig, "is an older copy"); },
       {{"store", Grade::kFail, "older copy", Code::kConfig}, keys}},
      {"an older copy of another's",
       [](StoreReport& r) {
         r.stamp = Status(Code::kConfig, "belongs to");
         r.age = Status(Code::kConfig, "is an older copy");
       },
       {{"store", Grade::kFail, "belongs to", Code::kConfig},
        {"store", Grade::kFail, "older copy", Code::kConfig},
        keys}},
      {"the keys are gone",
       [](StoreReport& r) { r.keys = Status(Code::kConfig, "key file cannot be opened"); },
       {store, {"key-file", Grade::kFail, "cannot be opened", Code::kConfig}}},
      {"an older schema",
       [](StoreReport& r) { r.opens = Status(Code::kOutdated, "older schema"); },
       {{"store", Grade::kWarn, "older schema"}}},
      {"busy",
       [](StoreReport& r) { r.opens = Status(Code::kBusy, "held by process 7"); },
       {{"store", Grade::kWarn, "process 7"}}},
      {"damaged",
       [](StoreReport& r) { r.opens = Status(Code::kCorrupt, "is damaged"); },
       {{"store", Grade::kFail, "damaged", Code::kCorrupt}}},
  };
  for (const Row& row : rows) {
    StoreReport report;
    report.key_file = "/var/lib/utboks/outbox.db.keys";
    report.exists = report.key_file_exists = true;
    row.change(report);
    ExpectFindings(row.what, JudgeStore(report, "/var/lib/utboks/outbox.db"), row.expected);
  }
}

TEST(DoctorTest, SchemasOfUseMustLoadAndOthersShould) {
  const Status broken(Code::kConfig, "x.xsd does not load");
  const auto report = [](EditionStatus status, const Status& usable) {
    SchemaReport one;
    one.status = status;
    one.usable = usable;
    return one;
  };
  const std::vector<SchemaReport> well = {report(EditionStatus::kProduction, {}),
                                          report(EditionStatus::kTest, {}),
                                          report(EditionStatus::kWithdrawn, {})};
  ExpectFindings("test", {JudgeSchemas({}, well, false)},
                 {{"schemas", Grade::kOk, "3 editions load, 2 of them are taken in test"}});
  EXPECT_THAT(JudgeSchemas({}, well, false).text, HasSubstr("all as shipped"));
  std::vector<SchemaReport> installed = well;
  installed[1].set = SchemaSet::kInstalled;
  EXPECT_THAT(JudgeSchemas({}, installed, false).text, HasSubstr("1 as installed"));
  installed[1].usable = broken;
  EXPECT_THAT(JudgeSchemas({}, installed, false).todo, HasSubstr("schemas install --shipped"));
  ExpectFindings("production", {JudgeSchemas({}, well, true)},
                 {{"schemas", Grade::kOk, "3 editions load, 1 of them are taken in production"}});
  const std::vector<SchemaReport> bad = {report(EditionStatus::kProduction, {}),
                                         report(EditionStatus::kTest, broken)};
  ExpectFindings("one of use", {JudgeSchemas({}, bad, false)},
                 {{"schemas", Grade::kFail, "x.xsd", Code::kConfig}});
  ExpectFindings("one of no use here", {JudgeSchemas({}, bad, true)},
                 {{"schemas", Grade::kWarn, "x.xsd"}});
  ExpectFindings("no catalogue", {JudgeSchemas(broken, {}, false)},
                 {{"schemas", Grade::kFail, "x.xsd", Code::kConfig}});
}

TEST(DoctorTest, TheCertificate) {
  CertificateReport report;
  report.file = "client.pem";
  report.facts.organisation_number = "100101688";
  report.facts.not_after = kNow + std::chrono::days(100);
  report.days_left = 100;
  report.chain = {true, 2, "test authority", ""};
  const Expected whose = {"certificate", Grade::kOk, "client.pem is organisation 100101688's"};
  const Expected dates = {"certificate-dates", Grade::kOk, "100 days left"};
  const Expected usage = {"key-usage", Grade::kOk, "authentication"};
  const Expected chain = {"certificate-chain", Grade::kOk, "up to \"test authority\""};
  ExpectFindings("well", JudgeCertificate(report), {whose, dates, usage, chain});

  CertificateReport soon = report;
  soon.days_left = 29;
  soon.ends_soon = true;
  ExpectFindings("soon", JudgeCertificate(soon),
                 {whose, {"certificate-dates", Grade::kWarn, "29 days left"}, usage, chain});
  soon.expired = true;
  ExpectFindings(
      "expired", JudgeCertificate(soon),
      {whose, {"certificate-dates", Grade::kFail, "ran out", Code::kConfig}, usage, chain});

  CertificateReport odd = report;
  odd.warnings = {"one thing", "another thing"};
  odd.chain = {false, 1, "issuer", "unable to get it"};
  ExpectFindings("odd", JudgeCertificate(odd),
                 {whose,
                  dates,
                  {"key-usage", Grade::kWarn, "one thing"},
                  {"key-usage", Grade::kWarn, "another thing"},
                  {"certificate-chain", Grade::kWarn, "not beyond \"issuer\": unable to get it"}});

  ExpectFindings("unusable", JudgeCredentials(Status(Code::kConfig, "key does not fit")),
                 {{"certificate", Grade::kFail, "key does not fit", Code::kConfig},
                  {"register", Grade::kWarn, "not asked"}});
}

HeadReport Asked() {
  HeadReport report;
  report.ressurs = "doedsfall_v1";
  report.head.asked = true;
  return report;
}

HeadReport Answered(int status, Scope scope, GateEffect gate) {
  HeadReport report = Asked();
  report.tls_version = "TLSv1.3";
  report.head.answered = true;
  report.head.http_status = status;
  report.head.scope = scope;
  report.head.gate = gate;
  return report;
}

HeadReport Failed(const char* reason, Scope scope, const char* failure, const char* tls = "",
                  bool credential = false) {
  HeadReport report = Asked();
  report.tls_version = tls;
  report.head.reason = reason;
  report.head.scope = scope;
  report.head.credential = credential;
  report.failure = failure;
  return report;
}

TEST(DoctorTest, TheConnectionToTheRegister) {
  const RegisterPlace place = {"https://register.example", "register.example", ""};
  struct Row {
    const char* what;
    HeadReport report;
    Expected expected;
    const char* todo;
  };
  const Row rows[] = {
      {"answered",
       Answered(200, Scope::kMessage, GateEffect::kNone),
       {"register", Grade::kOk, "speaks TLSv1.3"},
       ""},
      {"answered with a failure",
       Answered(500, Scope::kResource, GateEffect::kCount),
       {"register", Grade::kOk, "an authority of this system"},
       ""},
      {"no answer over a good session",
       Failed("unanswered-timeout", Scope::kResource, "no whole answer in time", "TLSv1.2"),
       {"register", Grade::kOk, "speaks TLSv1.2"},
       ""},
      {"refused",
       Failed("connect-refused", Scope::kSite, "Connection refused"),
       {"register", Grade::kFail, "Connection refused", Code::kUnreachable},
       "firewall"},
      {"no such name",
       Failed("dns", Scope::kSite, "no address"),
       {"register", Grade::kFail, "no address", Code::kUnreachable},
       "name servers"},
      {"the proxy",
       Failed("proxy-407", Scope::kSite, "it says 407", "", true),
       {"register", Grade::kFail, "it says 407", Code::kUnreachable},
       "[register] proxy"},
      {"another's certificate",
       Failed("tls", Scope::kSite, "is not trusted", "", true),
       {"register", Grade::kFail, "is not trusted", Code::kUnreachable},
       "ca_file"},
      // With TLS 1.3 the session stood before we were refused.
      {"ours is refused",
       Failed("credential", Scope::kSite, "unknown ca", "TLSv1.3", true),
       {"register", Grade::kFail, "unknown ca", Code::kUnreachable},
       "support"},
      {"ours has run out",
       Failed("certificate-expired", Scope::kNone, "", "", true),
       {"register", Grade::kWarn, "certificate-expired"},
       "first"},
  };
  for (const Row& row : rows) {
    const Finding finding = JudgeConnection(place, row.report);
    ExpectFindings(row.what, {finding}, {row.expected});
    EXPECT_THAT(finding.todo, HasSubstr(row.todo)) << row.what;
    EXPECT_THAT(finding.text, HasSubstr("https://register.example")) << row.what;
  }
  const RegisterPlace own = {"https://localhost", "localhost", "/etc/ca.pem"};
  EXPECT_THAT(JudgeConnection(own, rows[0].report).text,
              AllOf(HasSubstr("for localhost"), HasSubstr("/etc/ca.pem")));
}

TEST(DoctorTest, WhatHeadIsAnsweredWith) {
  HeadReport page = Answered(200, Scope::kMessage, GateEffect::kNone);
  page.head.web_page = true;
  struct Row {
    HeadReport report;
    Expected expected;
  };
  const char* const check = "head doedsfall_v1";
  const Row rows[] = {
      {Answered(200, Scope::kMessage, GateEffect::kNone), {check, Grade::kOk, "200"}},
      {Answered(202, Scope::kNone, GateEffect::kSuccess), {check, Grade::kOk, "202"}},
      {page, {check, Grade::kWarn, "web page"}},
      {Answered(429, Scope::kSite, GateEffect::kNotBefore), {check, Grade::kWarn, "429"}},
      {Answered(503, Scope::kResource, GateEffect::kCount), {check, Grade::kWarn, "503"}},
      {Answered(404, Scope::kResource, GateEffect::kClose), {check, Grade::kWarn, "404"}},
      {Answered(401, Scope::kSite, GateEffect::kClose),
       {check, Grade::kFail, "401", Code::kInvalid}},
      {Failed("unanswered-timeout", Scope::kResource, "no whole answer in time", "TLSv1.3"),
       {check, Grade::kFail, "no whole answer", Code::kUnreachable}},
      {Failed("unanswered-failed", Scope::kNone, ""),
       {check, Grade::kFail, "unanswered-failed", Code::kUnreachable}},
  };
  for (const Row& row : rows) ExpectFindings("head", {JudgeHead(row.report)}, {row.expected});
  ExpectFindings("left", {JudgeUnasked(16)}, {{"head", Grade::kWarn, "16 more resources"}});
}

TEST(DoctorTest, OurClockAgainstTheRegisters) {
  struct Row {
    Millis theirs;  // from `before`; the HEAD took two seconds
    Expected expected;
  };
  const Row rows[] = {
      {Millis(0), {"clock", Grade::kOk, "within 1 s"}},
      {Millis(2'000), {"clock", Grade::kOk, "within 1 s"}},
      {Millis(-60'000), {"clock", Grade::kOk, "within 61 s"}},
      {Millis(-60'001), {"clock", Grade::kFail, "60 s ahead of", Code::kInvalid}},
      {Millis(62'000), {"clock", Grade::kOk, "within 61 s"}},
      {Millis(62'001), {"clock", Grade::kFail, "60 s behind", Code::kInvalid}},
      {Millis(3'602'000), {"clock", Grade::kFail, "3600 s behind", Code::kInvalid}},
  };
  for (const Row& row : rows) {
    ExpectFindings("clock", {JudgeClock({kNow, kNow + Millis(2'000), kNow + row.theirs})},
                   {row.expected});
  }
  ExpectFindings("no Date", {JudgeClock({kNow, kNow, std::nullopt})},
                 {{"clock", Grade::kWarn, "no Date"}});
}

}  // namespace
}  // namespace utboks::app
