// Numbers in the fields that the catalogue marks: by table, and through the validator.
#include "producer/xml/number_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Published as examples by the register itself, or synthetic.
constexpr std::string_view kReal = "20036914700";
constexpr std::string_view kRealFrom2032 = "30108299939";
constexpr std::string_view kTenor = "17912099997";
constexpr std::string_view kTenorD = "57912075186";
constexpr std::string_view kSyntPop = "31739556891";
constexpr std::string_view kHospital = "15507600333";
constexpr std::string_view kTenorWrong = "17912099998";
constexpr std::string_view kTenorNoDay = "31912099997";

// "rule" for an error, "rule?" for a warning.
std::vector<std::string> Rules(Field field, std::string_view number, const NumberRules& rules) {
  std::vector<std::string> found;
  for (const NumberFinding& finding : CheckNumber(field, number, rules)) {
    EXPECT_THAT(std::string(finding.text), ::testing::Not(HasSubstr(std::string(number))));
    found.push_back(std::string(finding.rule) + (finding.warning ? "?" : ""));
  }
  return found;
}
std::vector<std::string> InTest(std::string_view number, Severity checks = Severity::kError) {
  return Rules(Field::kPerson, number, {false, checks, ControlRule::kFrom2032});
}
std::vector<std::string> InProduction(std::string_view number, Severity checks = Severity::kError) {
  return Rules(Field::kPerson, number, {true, checks, ControlRule::kPresent});
}

TEST(CheckNumber, SyntheticPersonsStayOutOfProductionAndRealOnesOutOfTest) {
  for (const Severity checks : {Severity::kError, Severity::kWarning, Severity::kOff}) {
    EXPECT_THAT(InProduction(kReal, checks), IsEmpty());
    EXPECT_THAT(InTest(kReal, checks), ElementsAre("real-number"));
    EXPECT_THAT(InTest(kRealFrom2032, checks), ElementsAre("real-number"));
    for (const std::string_view synthetic : {kTenor, kTenorD, kSyntPop}) {
      EXPECT_THAT(InProduction(synthetic, checks), ElementsAre("synthetic-number"));
      EXPECT_THAT(InTest(synthetic, checks), IsEmpty());
    }
    EXPECT_THAT(InProduction(kHospital, checks), ElementsAre("hospital-number?"));
    EXPECT_THAT(InTest(kHospital, checks), ElementsAre("hospital-number?"));
  }
  // Even where it is wrong it was meant for test.
  EXPECT_THAT(InProduction(kTenorWrong), ElementsAre("person-number", "synthetic-number"));
  EXPECT_THAT(InProduction(kTenorWrong, Severity::kOff), ElementsAre("synthetic-number"));
}

TEST(CheckNumber, ControlDigitsByTheSetting) {
  EXPECT_THAT(InTest(kTenorWrong), ElementsAre("person-number"));
  EXPECT_THAT(InTest(kTenorWrong, Severity::kWarning), ElementsAre("person-number?"));
  EXPECT_THAT(InTest(kTenorWrong, Severity::kOff), IsEmpty());
  EXPECT_THAT(InTest(kTenorNoDay), ElementsAre("person-number"));
  // A number by the rule of 2032 is wrong before it.
  EXPECT_THAT(InProduction(kRealFrom2032), ElementsAre("person-number"));
  EXPECT_THAT(
      Rules(Field::kPerson, kRealFrom2032, {true, Severity::kError, ControlRule::kFrom2032}),
      IsEmpty());
  // A number of another length is the schema's.
  EXPECT_THAT(InTest("1791209999"), IsEmpty());
  EXPECT_THAT(InTest(""), IsEmpty());
}

TEST(CheckNumber, OrganisationsAndDufNumbers) {
  const auto found = [](Field field, std::string_view number, Severity checks) {
    return Rules(field, number, {false, checks, ControlRule::kPresent});
  };
  using enum Severity;
  EXPECT_THAT(found(Field::kOrganisasjonsnummer, "974760746", kError), IsEmpty());
  EXPECT_THAT(found(Field::kOrganisasjonsnummer, "974760747", kError),
              ElementsAre("organisation-number"));
  EXPECT_THAT(found(Field::kOrganisasjonsnummer, "974760747", kWarning),
              ElementsAre("organisation-number?"));
  EXPECT_THAT(found(Field::kOrganisasjonsnummer, "974760747", kOff), IsEmpty());
  EXPECT_THAT(found(Field::kOrganisasjonsnummer, "97476074", kError), IsEmpty());
  EXPECT_THAT(found(Field::kDufnummer, "200112345609", kError), IsEmpty());
  EXPECT_THAT(found(Field::kDufnummer, "200112345610", kError), ElementsAre("duf-number?"))
      << "its rule is not published";
  EXPECT_THAT(found(Field::kDufnummer, "200112345610", kOff), IsEmpty());
  for (const Field field : {Field::kIdentifikator, Field::kSaksreferanse, Field::kMultipartnavn}) {
    EXPECT_THAT(found(field, kReal, kError), IsEmpty());
  }
}

// Right, and of no series: born in 1945 or 2045, with an individual number of neither.
TEST(CheckNumber, ASeriesIsOnlyAHint) {
  int hints = 0;
  for (int i = 60'000; i < 61'000; ++i) {
    const std::string number = "178545" + std::to_string(i);
    if (!InTest(number).empty()) continue;
    const NumberRules before = {false, Severity::kError, ControlRule::kPresent};
    const auto found = Rules(Field::kPerson, number, before);
    if (found == std::vector<std::string>{"person-number"}) continue;  // of the rule of 2032
    EXPECT_THAT(found, ElementsAre("person-series?"));
    ++hints;
  }
  EXPECT_GT(hints, 0);
}

TEST(CheckNumber, IsToldWithTheElementsPath) {
  const std::string document = ReadFile(SchemasDir() + "/examples/Foedselsmelding_v1.1.xml");
  const std::size_t at = document.find("DNummer>", document.find("<mor>")) + 8;
  const std::string number = document.substr(at, 11);
  std::string wrong = number;
  wrong[10] = wrong[10] == '9' ? '0' : static_cast<char>(wrong[10] + 1);
  const std::string of_mother = "/foedselsmelding/forespoersel/foedsel/mor/foedselsEllerDNummer";
  const std::string broken = Changed(document, number, wrong);

  EXPECT_TRUE(Check(document).valid);
  const Checked refused = Check(broken);
  EXPECT_FALSE(refused.valid);
  ASSERT_EQ(refused.violations.size(), 1u);
  EXPECT_EQ(refused.violations[0].rule, "person-number");
  EXPECT_EQ(refused.violations[0].path, of_mother);
  EXPECT_GT(refused.violations[0].line, 0);
  EXPECT_FALSE(refused.violations[0].warning);
  EXPECT_TRUE(Check(broken, {.schema_only = true}).valid);

  ValidatorSettings lenient;
  lenient.number_checks = Severity::kWarning;
  const auto warning = Validator::Make(ShippedCatalogue(), lenient);
  const Checked warned = Check(broken, {}, *warning);
  EXPECT_TRUE(warned.valid);
  ASSERT_EQ(warned.violations.size(), 1u);
  EXPECT_TRUE(warned.violations[0].warning);
  EXPECT_EQ(warned.extract.persons.size(), 2u);

  // A warning beside an error: the document is refused, and both are told.
  const Checked both =
      Check(Changed(Changed(document, number, kHospital), "325368039", "325368038"));
  EXPECT_FALSE(both.valid);
  ASSERT_EQ(both.violations.size(), 2u);
  EXPECT_EQ(both.violations[0].rule, "hospital-number");
  EXPECT_EQ(both.violations[1].rule, "organisation-number");
  EXPECT_EQ(both.violations[1].path,
            "/foedselsmelding/forespoersel/innsender/identitet/organisasjon");

  const Checked synthetic = Check(document, {}, ShippedValidator(true));
  EXPECT_FALSE(synthetic.valid);
  EXPECT_EQ(synthetic.violations.size(), 3u) << "both parents and the midwife";
}

}  // namespace
}  // namespace utboks::test
