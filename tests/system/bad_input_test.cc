// What bad input gets (every row of the list that a document, a file or a
// word on the command line can bring about): the exit code, one line that says what
// to do, and a store in which all that was there before still is, and is delivered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class BadInput : public ::testing::Test {
 protected:
  BadInput() : before_(agency_.Enqueue({1})) {}

  // What was there before is there, nothing else, and it is delivered.
  void ExpectNothingLostNothingAdded() {
    EXPECT_EQ(agency_.States(), (std::map<std::string, std::string>{{before_.at(0), "due"}}));
    agency_.Drain();
    ASSERT_EQ(reg_.Accepted().size(), 1U);
    EXPECT_EQ(reg_.Accepted()[0].identifier, Agency::Identifier(1));
  }
  Finished HandIn(const std::string& file, const std::string& ressurs = "doedsfall_v1") {
    return agency_.Run({"enqueue", "--ressurs", ressurs, file});
  }
  // Refused with 1; `rule` is among the violations, and their places and texts say
  // `says`.
  void ExpectInvalid(const std::string& file, const std::string& rule,
                     const std::vector<std::string>& says) {
    const std::vector<Json> lines = agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", file}, 1);
    ASSERT_EQ(lines.size(), 1U);
    const auto error = lines[0]->getObject("error");
    ASSERT_FALSE(error.isNull());
    EXPECT_EQ(Get(error, "code"), "invalid");
    const auto violations = error->getArray("violations");
    std::vector<std::string> rules;
    for (unsigned i = 0; i < violations->size(); ++i) {
      rules.push_back(Get(violations->getObject(i), "rule"));
    }
    EXPECT_THAT(rules, Contains(rule));
    const Finished people = HandIn(file);
    EXPECT_EQ(people.code(), 1);
    EXPECT_EQ(people.out, "") << "an id without a message";
    EXPECT_THAT(people.err, HasSubstr("nothing of it was stored"));
    for (const std::string& part : says) EXPECT_THAT(people.err, HasSubstr(part));
    // The same verdict where nothing is stored.
    EXPECT_EQ(agency_.Run({"validate", file}).code(), 1);
  }

  SimulatorFixture reg_;
  Agency agency_{reg_};
  const std::vector<std::string> before_;
};

TEST_F(BadInput, AnUnknownRessurs) {
  ExpectRefused(HandIn(agency_.Letter(2), "doedsfal_v1"), 2,
                {"no ressurs doedsfal_v1", "did you mean doedsfall_v1", "utboks schemas list"});
  ExpectRefused(HandIn(agency_.Letter(2), PersonNumber(2)), 2, {"no ressurs", "***********"});
  ExpectRefused(agency_.Run({"pause", "doedsfal_v1"}), 2, {"did you mean doedsfall_v1"});
  ExpectRefused(agency_.Run({"list", "--ressurs", "doedsfal_v1"}), 2, {"doedsfall_v1"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AnUnknownCommandOrOption) {
  ExpectRefused(agency_.Run({"enqeue", "x"}), 2, {"enqeue", "did you mean enqueue"});
  ExpectRefused(agency_.Run({"enqueue", "--resurs", "doedsfall_v1", "x"}), 2, {"utboks"});
  ExpectRefused(agency_.Run({}), 2, {"--help"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AFileThatIsNotThere) {
  const std::string none = agency_.folder() + "/inbox/none.xml";
  ExpectRefused(HandIn(none), 65, {none, "cannot be read", "No such file", "nothing of it"});
  EXPECT_EQ(agency_.Run({"validate", none}).code(), 65);
  ExpectNothingLostNothingAdded();
}

// Opens, and fails when it is read: nothing is mapped at address 0.  Root too.
TEST_F(BadInput, AFileThatCannotBeReadToItsEnd) {
  ExpectRefused(HandIn("/proc/self/mem"), 65, {"/proc/self/mem", "cannot be read", "Input/output"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AFileThatOneMayNotRead) {
  const std::string letter = agency_.Letter(2);
  ::chmod(letter.c_str(), 0);
  if (::geteuid() != 0) {
    ExpectRefused(HandIn(letter), 65, {"cannot be read", "Permission denied"});
  } else {
    // Root may read anything, but for one without the rights to.
    const std::string rights = "-dac_override,-dac_read_search";
    const std::vector<std::string> modest = {"setpriv", "--inh-caps=" + rights,
                                             "--bounding-set=" + rights};
    const auto as_modest = [&](std::vector<std::string> words) {
      words.insert(words.begin(), modest.begin(), modest.end());
      return RunToEnd({.argv = words});
    };
    if (as_modest({"true"}).code() != 0) GTEST_SKIP() << "run as a root that can drop no rights";
    const Finished run =
        as_modest({UTBOKS_PROGRAM, "--config", agency_.config_file(), "validate", letter});
    EXPECT_EQ(run.code(), 65);
    EXPECT_THAT(run.err, HasSubstr("Permission denied"));
  }
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AFileThatIsADirectory) {
  ExpectRefused(HandIn(agency_.folder() + "/inbox"), 65, {"inbox", "cannot be read", "directory"});
  EXPECT_EQ(agency_.Run({"validate", agency_.folder()}).code(), 65);
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AFileWithAPersonsNumberInItsNameThatIsNotThere) {
  const std::string none = agency_.folder() + "/inbox/sak-" + PersonNumber(1) + ".xml";
  ExpectRefused(HandIn(none), 65, {"sak-***********.xml", "cannot be read"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AWrongNamespace) {
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  document.replace(document.find(":v1\""), 3, ":v9");
  ExpectInvalid(agency_.File("namespace.xml", document), "root-element", {"line 2", "namespace"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, ADocumentOfAnotherRessurs) {
  const std::string document = Annulment(Agency::Identifier(2), PersonNumber(2));
  const std::string file = agency_.File("annulment.xml", document);
  ExpectRefused(HandIn(file), 1, {file, "line 2", "root element", "meldingOmDoedsfall"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, NotWellFormed) {
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  document.erase(document.find("</doedPerson>"), 13);
  ExpectInvalid(agency_.File("broken.xml", document), "not-well-formed", {"line", "end tag"});
  ExpectInvalid(agency_.File("empty.xml", ""), "not-well-formed", {"no XML element"});
  ExpectInvalid(agency_.File("cut.xml", document.substr(0, 200)), "not-well-formed", {"line"});
  ExpectInvalid(agency_.File("picture.xml", "\x89PNG\r\n\x1a\n"), "encoding", {"UTF-8"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, NotValid) {
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  document.replace(document.find("2026-05-20"), 10, "2026-05-32");
  ExpectInvalid(agency_.File("date.xml", document), "value", {"line", "doedsdato"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, ADoctype) {
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  document.insert(document.find("?>") + 2, "<!DOCTYPE x SYSTEM '/etc/passwd'>");
  ExpectInvalid(agency_.File("doctype.xml", document), "doctype", {"DOCTYPE"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, NoIdentifier) {
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  const std::size_t begin = document.find("<avsendersMeldingsidentifikator>");
  const std::size_t end = document.find('\n', begin);
  document.erase(begin, end - begin);
  ExpectInvalid(agency_.File("none.xml", document), "identifier-missing",
                {"avsendersMeldingsidentifikator"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, ABlankIdentifier) {
  for (const char* blank : {"", " ", " \n\t "}) {
    ExpectInvalid(agency_.File("blank.xml", DeathNotice(blank, PersonNumber(2))),
                  "identifier-missing", {"avsendersMeldingsidentifikator"});
  }
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AnIdentifierTakenByOtherBytes) {
  std::string document = DeathNotice(Agency::Identifier(1), PersonNumber(1));
  document.replace(document.find("2026-05-20"), 10, "2026-05-19");
  const std::string file = agency_.File("other.xml", document);
  ExpectRefused(HandIn(file), 1, {"other.xml", "identif", before_[0]});
  const std::vector<Json> lines = agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", file}, 1);
  EXPECT_EQ(Get(lines.at(0)->getObject("error"), "code"), "exists");
  // Also when one blank is all that differs.
  ExpectRefused(
      HandIn(agency_.File("blank.xml", DeathNotice(Agency::Identifier(1), PersonNumber(1)) + "\n")),
      1, {"identif"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, TwoDocumentsWithOneIdentifier) {
  const std::string first = agency_.Letter(2);
  std::string document = DeathNotice(Agency::Identifier(2), PersonNumber(2));
  document.replace(document.find("2026-05-20"), 10, "2026-05-19");
  const std::string other = agency_.File("draft.xml", document);
  const auto validate = [&](int code) {
    const std::vector<Json> lines = agency_.Ask({"validate", first, first, other}, code);
    EXPECT_EQ(lines.size(), 3U);
    for (const std::size_t same : {0U, 1U}) EXPECT_EQ(Get(lines.at(same), "valid"), "true");
    return lines.at(2);
  };
  const Json refused = validate(1);
  EXPECT_EQ(Get(refused, "valid"), "false");
  EXPECT_EQ(Get(refused->getArray("violations")->getObject(0), "rule"), "identifier-taken");
  agency_.SetText("meaning.duplicate_identifier", "warning");
  const Json warned = validate(0);
  EXPECT_EQ(Get(warned, "valid"), "true");
  EXPECT_EQ(warned->getArray("violations")->size(), 1U);
  agency_.SetText("meaning.duplicate_identifier", "off");
  EXPECT_EQ(validate(0)->getArray("violations")->size(), 0U);
  // What the store has taken in stays as it is, whatever the setting.
  std::string taken = DeathNotice(Agency::Identifier(1), PersonNumber(1));
  taken.replace(taken.find("2026-05-20"), 10, "2026-05-19");
  ExpectRefused(HandIn(agency_.File("taken.xml", taken)), 1, {"taken.xml", "identif", before_[0]});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, NobodySetsABlankIdentifierToAWarning) {
  agency_.SetText("meaning.empty_identifier", "warning");
  ExpectRefused(agency_.Run({"validate", agency_.Letter(2)}), 78,
                {"empty_identifier", "must be one of: error"});
  agency_.SetText("meaning.empty_identifier", "error");
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, TheSameAgainIsNoError) {
  const std::string letter = agency_.Letter(1);
  for (int time = 0; time < 2; ++time) {
    const std::vector<Json> lines = agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", letter});
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(Get(lines[0], "id"), before_[0]);
    EXPECT_EQ(Get(lines[0], "new"), "false");
  }
  ExpectNothingLostNothingAdded();
  // Nor once it has been delivered.
  const std::vector<Json> lines = agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", letter});
  EXPECT_EQ(Get(lines.at(0), "id"), before_[0]);
  EXPECT_EQ(Get(lines.at(0), "state"), "accepted");
  agency_.Drain();
  EXPECT_EQ(reg_.Accepted().size(), 1U);
}

TEST_F(BadInput, ADocumentThatIsTooLarge) {
  agency_.SetText("intake.max_document", "4KiB");
  ExpectInvalid(agency_.File("large.xml", DeathNotice(Agency::Identifier(2), PersonNumber(2)) +
                                              std::string(5'000, ' ')),
                "too-large", {"4096"});
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AnUnknownKeyInTheConfiguration) {
  agency_.Set("delivery.backof_min", "\"1s\"");
  ExpectRefused(agency_.Run({"status"}), 78,
                {"utboks.toml:", "[delivery]", "backof_min", "did you mean backoff_min"});
  ExpectRefused(HandIn(agency_.Letter(2)), 78, {"backof_min"});
  agency_.Set("delivery.backof_min", "");
  agency_.Set("delivry.backoff_min", "\"1s\"");
  ExpectRefused(agency_.Run({"run"}), 78, {"utboks.toml:", "delivry", "[delivery]"});
  agency_.Set("delivry.backoff_min", "");
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AWrongTypeOrUnitInTheConfiguration) {
  const auto refused = [&](const std::string& key, const std::string& value,
                           const std::vector<std::string>& says) {
    agency_.Set(key, value);
    ExpectRefused(agency_.Run({"run"}), 78, says);
    agency_.Set(key, "");
  };
  refused("delivery.lifetime", "14", {"utboks.toml:", "lifetime", "d"});
  refused("delivery.lifetime", "\"14 days\"", {"lifetime", "whole number"});
  refused("outbox.min_free", "\"1MB\"", {"min_free", "MiB"});
  refused("delivery.gate_failures", "\"3\"", {"gate_failures"});
  refused("log.level", "\"loud\"", {"level", "info"});
  refused("http.listen", "\"127.0.0.1:8080\"", {"listen", "not"});
  agency_.SetText("outbox.min_free", "1MiB");
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, NoConfiguration) {
  const Finished none =
      RunToEnd({.argv = {UTBOKS_PROGRAM, "--config", agency_.folder() + "/none.toml", "status"}});
  ExpectRefused(none, 78, {"none.toml", "No such file"});
  agency_.Set("register.base_url", "");
  ExpectRefused(agency_.Run({"status"}), 78, {"[register] base_url", "not set", "utboks.toml"});
  agency_.SetText("register.base_url", reg_.base_url());
  ExpectNothingLostNothingAdded();
}

TEST_F(BadInput, AMessageThatNobodyHas) {
  for (const char* command : {"hold", "release", "replay", "cancel", "close"}) {
    const Finished run = agency_.Run({command, "018f3c2e-1111-7222-8333-444455556666"});
    ExpectRefused(run, 1, {"018f3c2e-1111-7222-8333-444455556666", "no", "message"});
    ExpectRefused(agency_.Run({command, "-"}, Agency::Identifier(5) + "\n"), 1,
                  {"sak-***********-5"});
  }
  agency_.Letter(5);  // so that its number is known as one not to be seen
  ExpectNothingLostNothingAdded();
}

}  // namespace
}  // namespace utboks::testing
