// The rules that no schema holds, each through the validator and on a clock of its own.
#include "producer/xml/meaning_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ManualClock;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kDeath = "/meldingOmDoedsfall/";

class MeaningTest : public ::testing::Test {
 protected:
  // "rule path", with "?" behind the rule of a warning.
  std::vector<std::string> Rules(const std::string& document,
                                 std::optional<std::string_view> ressurs = std::nullopt) {
    ValidatorSettings settings;
    settings.meaning = rules_;
    settings.clock = &clock_;
    const auto validator = Validator::Make(ShippedCatalogue(), settings);
    const Checked checked = Check(document, {.ressurs = ressurs}, *validator);
    std::vector<std::string> found;
    bool refused = false;
    for (const Violation& violation : checked.violations) {
      found.push_back(violation.rule + (violation.warning ? "?" : "") + " " + violation.path);
      refused = refused || !violation.warning;
      EXPECT_GT(violation.line, 0);
    }
    EXPECT_EQ(checked.valid, !refused);
    return found;
  }

  ManualClock clock_;  // 2026-11-23, noon
  MeaningRules rules_;
};

std::string DeathWith(std::string_view element, std::string_view text) {
  std::string document = Example("Doedsfall_v1.0");
  const std::string start = "<" + std::string(element) + ">";
  const std::size_t from = document.find(start) + start.size();
  return document.replace(from, document.find('<', from) - from, text);
}

TEST_F(MeaningTest, ADeathIsNotInTheFuture) {
  const std::string place = std::string(kDeath) + "forespoersel/doedPerson/doedsdato";
  EXPECT_THAT(Rules(DeathWith("doedsdato", "2026-11-23")), IsEmpty());
  EXPECT_THAT(Rules(DeathWith("doedsdato", "2026-11-24")), ElementsAre("date-in-future " + place));
  EXPECT_THAT(Rules(DeathWith("doedsdato", "9999-12-31+02:00")),
              ElementsAre("date-in-future " + place));
  clock_.Advance(std::chrono::hours(12));
  EXPECT_THAT(Rules(DeathWith("doedsdato", "2026-11-24")), IsEmpty()) << "it is tomorrow";
  rules_.date_in_future = Severity::kWarning;
  EXPECT_THAT(Rules(DeathWith("doedsdato", "2026-11-25")), ElementsAre("date-in-future? " + place));
  rules_.date_in_future = Severity::kOff;
  EXPECT_THAT(Rules(DeathWith("doedsdato", "2026-11-25")), IsEmpty());
}

TEST_F(MeaningTest, ADeathIsNotBeforeTheBirthThatTheNumberTells) {
  // Synthetic numbers: born 21 July 1938, and a D-number.
  const std::string number = "21873816357", dnumber = "57912075186";
  const std::string place = std::string(kDeath) + "forespoersel/doedPerson/doedsdato";
  const auto died = [](const std::string& who, std::string_view day) {
    const std::string document = DeathWith("doedsdato", day);
    const std::size_t from = document.find("<foedselsnummer>") + 16;
    return Changed(document, std::string(document.substr(from, 11)), who);
  };
  const auto born = ReadPersonId(number, ControlRule::kPresent);
  ASSERT_TRUE(born);
  ASSERT_THAT(PossibleYears(*born), ElementsAre(1938));
  EXPECT_THAT(Rules(died(number, "1938-07-21")), IsEmpty());
  EXPECT_THAT(Rules(died(number, "1938-07-20")), ElementsAre("death-before-birth " + place));
  EXPECT_THAT(Rules(died(dnumber, "1900-01-01")), IsEmpty()) << "it may have the day it was given";
  rules_.death_before_birth = Severity::kWarning;
  EXPECT_THAT(Rules(died(number, "1938-07-20")), ElementsAre("death-before-birth? " + place));
  rules_.death_before_birth = Severity::kOff;
  EXPECT_THAT(Rules(died(number, "1938-07-20")), IsEmpty());
}

TEST_F(MeaningTest, ASendingTimeHasAZoneAndIsNotInTheFuture) {
  const std::string place = std::string(kDeath) + "innsending/avsendersInnsendingstidspunkt";
  const auto sent = [](std::string_view time) {
    return DeathWith("avsendersInnsendingstidspunkt", time);
  };
  EXPECT_THAT(Rules(sent("2026-11-23T13:00:00+01:00")), IsEmpty());
  EXPECT_THAT(Rules(sent("2026-11-23T12:05:00Z")), IsEmpty()) << "a clock may be a little wrong";
  EXPECT_THAT(Rules(sent("2026-11-23T12:05:01Z")), ElementsAre("sent-in-future " + place));
  EXPECT_THAT(Rules(sent("2026-11-23T13:00:00")), ElementsAre("sent-without-zone? " + place));
  EXPECT_THAT(Rules(sent("2026-11-24T13:00:00")),
              UnorderedElementsAre("sent-without-zone? " + place, "sent-in-future " + place));
  rules_.sent_without_zone = Severity::kError;
  rules_.sent_in_future = Severity::kOff;
  EXPECT_THAT(Rules(sent("2026-11-24T13:00:00")), ElementsAre("sent-without-zone " + place));
  rules_.sent_without_zone = Severity::kOff;
  EXPECT_THAT(Rules(sent("2026-11-24T13:00:00")), IsEmpty());
}

TEST_F(MeaningTest, OnePersonHasOneRole) {
  // Both spouses; child and father.  What stands from `begin` to `end` becomes the number
  // of the one before.
  struct Case {
    std::string file, path, begin, end;
  };
  constexpr std::string_view kStart = "<foedselsEllerDNummer>", kEnd = "</foedselsEllerDNummer>";
  for (const Case& c :
       {Case{"MeldingOmVigsel_v1.0", "/meldingOmVigsel/forespoersel/ektefelle", "<personnavn>",
             "</foedselsdato>"},
        {"MeldingOmSeparasjon_v1.0", "/meldingOmSeparasjon/forespoersel/ektefelleEllerPartner",
         "<foedselsdato>", "</personnavn>"},
        {"MeldingOmSkilsmisse_v1.0", "/meldingOmSkilsmisse/forespoersel/ektefelleEllerPartner",
         std::string(kStart), std::string(kEnd)},
        {"MeldingOmRegistreringAvFarskap_v1.0", "/meldingOmRegistreringAvFarskap/forespoersel/far",
         std::string(kStart), std::string(kEnd)}}) {
    const std::string document = ReadFile(SchemasDir() + "/examples/" + c.file + ".xml");
    const std::size_t first = document.find(kStart);
    const std::size_t first_end = document.find(kEnd) + kEnd.size();
    const std::size_t begin = document.find(c.begin, first_end);
    ASSERT_NE(begin, std::string::npos) << c.file;
    const std::size_t end = document.find(c.end, begin) + c.end.size();
    const std::string twice = document.substr(0, begin) +
                              document.substr(first, first_end - first) + document.substr(end);
    const std::string place = c.path + "/foedselsEllerDNummer";
    rules_.same_person_twice = Severity::kError;
    EXPECT_THAT(Rules(document), IsEmpty()) << c.file;
    EXPECT_THAT(Rules(twice), ElementsAre("same-person-twice " + place)) << c.file;
    rules_.same_person_twice = Severity::kWarning;
    EXPECT_THAT(Rules(twice), ElementsAre("same-person-twice? " + place)) << c.file;
    rules_.same_person_twice = Severity::kOff;
    EXPECT_THAT(Rules(twice), IsEmpty()) << c.file;
  }
}

TEST_F(MeaningTest, FindingsComeByPlace) {
  const std::string document =
      Changed(DeathWith("avsendersMeldingsidentifikator", " "), "<doedsdato>2", "<doedsdato>9");
  EXPECT_THAT(Rules(document),
              ElementsAre("identifier-missing /meldingOmDoedsfall/innsending/"
                          "avsendersMeldingsidentifikator",
                          "date-in-future /meldingOmDoedsfall/forespoersel/doedPerson/doedsdato"));
}

}  // namespace
}  // namespace utboks::test
