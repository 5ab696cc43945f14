// Persons' numbers and names in every place where an agency or the register could put
// them: none comes out again but where somebody asked to see it (Agency's end looks).
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- that the look at the end sees ----

// How many failures `test` had whose text holds `text`; they are none of ours.
template <typename Test>
int FailuresOf(const Test& test, const std::string& text) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter here(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    test();
  }
  int found = 0;
  for (int i = 0; i < failures.size(); ++i) {
    const std::string message = failures.GetTestPartResult(i).message();
    found += message.find(text) == std::string::npos ? 0 : 1;
  }
  return found;
}

TEST(TheLook, FindsANumberInTheStoresFiles) {
  EXPECT_EQ(FailuresOf(
                [] {
                  Agency agency;
                  agency.Enqueue({1});
                  std::ofstream(agency.store() + ".keys", std::ios::app) << "#" << PersonNumber(1);
                },
                "outbox.db.keys holds \"" + PersonNumber(1)),
            1);
}

TEST(TheLook, FindsANameInAFilesName) {
  EXPECT_EQ(FailuresOf(
                [] {
                  Agency agency;
                  agency.Enqueue({1});
                  std::ofstream(agency.store() + ".Hjalmara") << "";
                },
                "a file's name holds \"Hjalmara"),
            1);
}

TEST(TheLook, FindsWhatACommandSays) {
  EXPECT_GE(FailuresOf(
                [] {
                  Agency agency;
                  agency.Run({"show", agency.Enqueue({1})[0], "--content"});
                },
                "--content` said holds"),
            4);
}

TEST(TheLook, FindsADamagedStore) {
  EXPECT_GE(FailuresOf(
                [] {
                  Agency agency;
                  agency.Enqueue({1});
                  agency.Meddle(
                      "PRAGMA writable_schema = ON;"
                      "UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'attachment'");
                },
                "integrity_check"),
            1);
}

// ---- places ----

TEST(Privacy, NumbersOfEveryFormInIdentifiersAndFileNames) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Letter(1);  // numbers of 1 are known as ones not to be seen
  const std::string number = PersonNumber(1);
  const std::string split = number.substr(0, 6) + " " + number.substr(6);
  const std::vector<std::string> forms = {
      number,
      "fnr" + number,
      number + "-1",
      "sak-" + number,
      "ID" + number,
      "a" + number + "b",
      "_" + number + "_",
      number + "/2",
      "nr." + number,
      "(" + number + ")",
      "x-" + number + "-" + number,
  };
  std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
  for (std::string name : forms) {
    const std::string document = DeathNotice(name, number);
    std::replace(name.begin(), name.end(), '/', '-');
    words.push_back(agency.File(name + ".xml", document));
  }
  words.push_back(agency.File("delt.xml", DeathNotice(split, number)));
  for (const Json& line : agency.Ask(words)) {
    EXPECT_THAT(Get(line, "file") + Get(line, "avsendersMeldingsidentifikator"),
                Not(HasSubstr(split)));
  }
  EXPECT_EQ(agency.Run(words).code(), 0);
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), forms.size() + 1);
  for (const char* command : {"list", "events", "status"}) {
    EXPECT_THAT(agency.Run({command}).out, Not(HasSubstr(split)));
    agency.Ask({command});
  }
  for (const std::string& identifier : forms) {
    EXPECT_EQ(agency.Run({"show", "-"}, identifier).code(), 0);
    EXPECT_EQ(agency.Ask({"show", "-"}, 0, identifier).size(), 1U);
  }
  // On the command line too, though nobody should.
  EXPECT_EQ(agency.Run({"show", number}).code(), 0);
  EXPECT_EQ(agency.Run({"show", number + "9"}).code(), 1);
  ExpectRefused(agency.Run({"hold", "ukjent-" + number}), 1, {"ukjent-***********"});
}

TEST(Privacy, NamesAndNumbersOnTheCommandLineWhereNoneBelong) {
  Agency agency;
  agency.Letter(1);
  const std::string number = PersonNumber(1);
  const std::vector<std::string> ids = agency.Enqueue({2});
  for (const auto& words : std::vector<std::vector<std::string>>{
           {number},
           {"list", "--state", number},
           {"list", "--since", number},
           {"list", "--ressurs", number},
           {"list", "--limit", "x" + number},
           {"list", "--reason", number},
           {"list", "--no-such-" + number},
           {"enqueue", "--ressurs", number, "x.xml"},
           {"enqueue", "--ressurs", "doedsfall_v1", "--not-before", number, agency.Letter(3)},
           {"enqueue", "--ressurs", "doedsfall_v1", "--wait=" + number, agency.Letter(3)},
           {"enqueue", "--ressurs", "doedsfall_v1", "--order-key", number, agency.Letter(3)},
           {"validate", "--edition", number, agency.Letter(3)},
           {"backup", agency.folder() + "/none/kopi-" + number + ".db"},
           {"acknowledge", number},
           {"pause", number},
           {"events", "--after", number + "x"},
           {"run", "--drain", "--timeout", number},
           {"--config", "/none/" + number + ".toml", "status"},
           {"replay", number},
       }) {
    agency.Run(words);
    std::vector<std::string> as_json = words;
    as_json.insert(as_json.begin(), "--json");
    agency.Run(as_json);
  }
}

TEST(Privacy, WhyAndOrderKeysAreSealed) {
  Agency agency;
  agency.Letter(1);
  const std::string why = std::string(kClerk) + " ringte om " + PersonNumber(1);
  const std::vector<std::string> ids = agency.Enqueue({2});
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"hold", ids[0], "--why", why},
                                             {"release", ids[0], "--why", why},
                                             {"cancel", ids[0], "--why", why},
                                             {"pause", "--why", why},
                                             {"resume", "--why", why},
                                             {"acknowledge", "double", "--why", why}}) {
    agency.Run(words);
  }
  agency.Run({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", "-", agency.Letter(3)},
             PersonNumber(1) + "\n" + std::string(kClerk) + "\n");
  const Finished shown = agency.Reveal({"show", ids[0], "--content"});
  EXPECT_THAT(shown.out, HasSubstr(why)) << "kept, for those who may see it";
  EXPECT_EQ(shown.err.find(PersonNumber(1)), std::string::npos);
}

// Its texts quote documents: they are content.
TEST(Privacy, WhatTheRegisterSaysIsSealedToo) {
  const std::string number = PersonNumber(1);
  const std::string scenario =
      "step = [{kind='error', status=400, feilkode='Feil." + number + "', feilmelding='" +
      std::string(kClerk) + " " + number + " finnes ikke', for_requests=1}," +
      "{kind='answer', status=502, content_type='text/html', body='<p>" + number +
      "</p>', headers={Retry-After='" + number + "', X-Navn='Qvistrupsen'}, for_requests=1}," +
      "{kind='throttle', retry_after_text='" + number + "', for_requests=1}]";
  SimulatorFixture reg({.scenario = scenario});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.SetText("delivery.retry_after_max", "1s");
  agency.Letter(1);
  const std::vector<std::string> ids = agency.Enqueue({2, 3, 4});
  agency.Drain();
  for (const std::string& id : ids) {
    agency.Run({"show", id});
    agency.Show(id);
  }
  EXPECT_EQ(agency.Ask({"list", "--state", "rejected"}).size(), 1U);
  bool kept = false;
  for (const std::string& id : ids) {
    const Finished shown = agency.Reveal({"show", id, "--content"});
    kept |= shown.out.find(number + " finnes ikke") != std::string::npos;
  }
  EXPECT_TRUE(kept) << "who asks for content sees what the register said";
}

TEST(Privacy, TheLogAsTextIsAsSilent) {
  SimulatorFixture reg({.scenario = "step = [{kind='lost', for_requests=1},"
                                    "{kind='error', status=400, for_requests=1}]"});
  Agency agency(reg);
  agency.SetText("log.format", "text");
  agency.SetText("log.level", "debug");
  agency.Enqueue({1, 2, 3});
  const Finished run = agency.Run({"run", "--drain", "--timeout", "60s"});
  EXPECT_EQ(run.code(), 0);
  EXPECT_THAT(run.err, HasSubstr("worker-started"));
}

TEST(Privacy, FilesAreTheirOwnersAloneAndNoDumpIsLeft) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Enqueue({1});
  agency.StartWorker();
  agency.Run({"backup", agency.folder() + "/outbox/copy.db"});
  for (const auto& entry : fs::directory_iterator(agency.folder() + "/outbox")) {
    struct stat about {};
    ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0077, 0U) << entry.path();
  }
  std::ostringstream limits;
  limits << std::ifstream("/proc/" + std::to_string(agency.worker().pid()) + "/limits").rdbuf();
  EXPECT_THAT(limits.str(), ::testing::ContainsRegex("Max core file size +0 +0 "));
}

}  // namespace
}  // namespace utboks::testing
