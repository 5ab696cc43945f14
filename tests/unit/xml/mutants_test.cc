// One fault per document: each is found, by its rule, at its place, and nothing
// else is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kDeath = "/meldingOmDoedsfall/";
constexpr std::string_view kAnnulment = "/meldingOmAnnulleringAvDoedsfall/";

struct Mutant {
  std::string_view example, from, to;
  std::string_view rule;
  int line;
  std::string_view path;  // below the root element
  std::string_view says;  // in the text
};

void PrintTo(const Mutant& mutant, std::ostream* out) {
  *out << mutant.example << ": " << mutant.from << " -> " << mutant.to;
}

const Mutant kMutants[] = {
    // Order, number and names of elements.
    {"Doedsfall_v1.0", "<kilde>helse</kilde>", "", "element-unexpected", 11,
     "forespoersel/avsendersSaksreferanse", "expected: kilde"},
    {"Doedsfall_v1.0", "<doedsdato>2024-05-20</doedsdato>", "", "element-unexpected", 16,
     "forespoersel/doedPerson/doedssted", "expected: doedsdato"},
    {"Doedsfall_v1.0", "<type>Helseinstitusjon</type>", "", "element-missing", 16,
     "forespoersel/doedPerson/doedssted", "expected: type"},
    {"Doedsfall_v1.0", "<kommune>5501</kommune>", "<kommune>5501</kommune><kommune>5501</kommune>",
     "element-unexpected", 17, "forespoersel/doedPerson/doedssted/kommune", "expected: type"},
    {"Doedsfall_v1.0", "<kilde>helse</kilde>", "<Kilde>helse</Kilde>", "element-unexpected", 10,
     "forespoersel/*", "expected: kilde"},
    {"Doedsfall_v1.0", "<kilde>helse</kilde>", "<k:kilde xmlns:k=\"urn:k\">helse</k:kilde>",
     "element-unexpected", 10, "forespoersel/kilde", "expected: kilde"},
    {"Doedsfall_v1.0", "<kilde>helse</kilde>", "<kilde xmlns=\"\">helse</kilde>",
     "element-unexpected", 10, "forespoersel/kilde", "namespace"},
    {"Doedsfall_v1.0", "</doedPerson>", "</doedPerson>\n<hemmelig><dypere a='1'/></hemmelig>",
     "element-unexpected", 21, "forespoersel/*", "not expected"},
    {"Doedsfall_v1.1", "<institusjon>", "<identifikasjon>30897548670</identifikasjon><institusjon>",
     "element-unexpected", 22, "forespoersel/innsender/institusjon", "not expected"},
    {"AnnulleringAvDoedsfall_v1.1", "<virksomhet>Eksempelsykehuset i Tromsø</virksomhet>", "",
     "element-unexpected", 20, "forespoersel/innsender/institusjon/avdeling",
     "expected: virksomhet"},
    {"AnnulleringAvDoedsfall_v1.0", "<foedselsnummer>21873816357</foedselsnummer>", "",
     "element-missing", 13, "forespoersel/levendePerson", "expected: foedselsnummer"},
    {"AnnulleringAvDoedsfall_v1.2", "<informasjonskanal>papirmelding</informasjonskanal>", "",
     "element-unexpected", 29, "forespoersel/mottak/puncher", "expected: informasjonskanal"},
    {"Doedsfall_v1.2", "<mottakstidspunktFraOpprinneligKanal>",
     "<puncher>x</puncher><mottakstidspunktFraOpprinneligKanal>", "element-unexpected", 34,
     "forespoersel/mottak/puncher", "expected: mottakstidspunktFraOpprinneligKanal"},
    {"Doedsfall_v1.2", "</mottak>", "</mottak><vedlegg/>", "element-missing", 35,
     "forespoersel/vedlegg", "expected: dokumenttype, multipartnavn"},
    // Values.
    {"Doedsfall_v1.0", "21873816357", "2187381635", "length", 14,
     "forespoersel/doedPerson/foedselsnummer", "11"},
    {"Doedsfall_v1.0", "21873816357", " 1873816357", "pattern", 14,
     "forespoersel/doedPerson/foedselsnummer", "[0-9]+"},
    {"Doedsfall_v1.0", "21873816357", "2187381635\xEF\xBC\x97", "pattern", 14,
     "forespoersel/doedPerson/foedselsnummer", "[0-9]+"},
    {"Doedsfall_v1.0", "21873816357", "", "pattern", 14, "forespoersel/doedPerson/foedselsnummer",
     "pattern"},
    {"Doedsfall_v1.0", "5501", "55O1", "pattern", 17, "forespoersel/doedPerson/doedssted/kommune",
     "([0-9]){4}"},
    {"Doedsfall_v1.0", ">helse<", "> helse<", "enumeration", 10, "forespoersel/kilde",
     "tingretten, helse, utenriksstasjon"},
    {"Doedsfall_v1.0", ">helse<", ">Helse<", "enumeration", 10, "forespoersel/kilde", "helse"},
    {"Doedsfall_v1.0", "2024-05-20", "2024-02-30", "value", 15, "forespoersel/doedPerson/doedsdato",
     "date"},
    {"Doedsfall_v1.0", "2024-05-20", "20.05.2024", "value", 15, "forespoersel/doedPerson/doedsdato",
     "date"},
    {"Doedsfall_v1.0", "2024-05-20", "0000-05-20", "value", 15, "forespoersel/doedPerson/doedsdato",
     "date"},
    {"Doedsfall_v1.0", "2024-05-20", "99999999999-05-20", "value", 15,
     "forespoersel/doedPerson/doedsdato", "date"},
    {"Doedsfall_v1.0", "T09:30:00", "T09:30:60", "value", 5,
     "innsending/avsendersInnsendingstidspunkt", "date"},
    {"Doedsfall_v1.0", "T09:30:00", " 09:30:00", "value", 5,
     "innsending/avsendersInnsendingstidspunkt", "date"},
    {"Doedsfall_v1.0", "T09:30:00", "T24:30:00", "value", 5,
     "innsending/avsendersInnsendingstidspunkt", "date"},
    {"Doedsfall_v1.1", "<virksomhet>Eksempelsykehuset i Tromsø<", "<virksomhet><", "length", 23,
     "forespoersel/innsender/institusjon/virksomhet", "at least 1"},
    {"Doedsfall_v1.1", "+47 00 00 00 00", "+47 00 00 00 00 000000", "length", 28,
     "forespoersel/innsender/kontaktinformasjon/telefonnummer", "at most 20"},
    {"AnnulleringAvDoedsfall_v1.2", ">papirmelding<", ">elektroniskMelding<", "enumeration", 28,
     "forespoersel/mottak/informasjonskanal", "papirmelding, manuellRegistrering, annet"},
    {"AnnulleringAvDoedsfall_v1.1", "30897548670", "3089754867x", "pattern", 17,
     "forespoersel/innsender/identifikasjon", "[0-9]+"},
    // Text, attributes and children in the wrong place.
    {"Doedsfall_v1.0", "<doedPerson>", "<doedPerson>tekst", "text-unexpected", 13,
     "forespoersel/doedPerson", "text"},
    {"Doedsfall_v1.0", "<kilde>", "<kilde nummer=\"21873816357\">", "attribute-unexpected", 10,
     "forespoersel/kilde", "attribute"},
    {"Doedsfall_v1.0", "<kilde>helse", "<kilde>helse<b/>", "element-unexpected", 10,
     "forespoersel/kilde", "a value must"},
    {"Doedsfall_v1.0", "<kilde>helse", "<kilde>helse<kommune>5501</kommune>", "element-unexpected",
     10, "forespoersel/kilde", "a value must"},
    // xsi:
    {"Doedsfall_v1.0", "<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"false\">", "xsi-nil",
     10, "forespoersel/kilde", "xsi:nil"},
    {"Doedsfall_v1.0", "<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Kilde\">",
     "xsi-type", 10, "forespoersel/kilde", "names no type"},
    {"Doedsfall_v1.0", "<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Tekst\">",
     "xsi-type", 10, "forespoersel/kilde", "does not derive"},
    {"Doedsfall_v1.0", "<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"1\">", "xsi-nil", 10,
     "forespoersel/kilde", "true or false"},
    {"Doedsfall_v1.0", "<kilde>", "<![CDATA[ ]]>x<kilde>", "text-unexpected", 8, "forespoersel",
     "only elements"},
    {"Doedsfall_v1.0", "<kilde>", "x<![CDATA[ ]]><kilde>", "text-unexpected", 8, "forespoersel",
     "only elements"},
    {"Doedsfall_v1.0", "<kilde>", "<![CDATA[ x ]]> <kilde>", "text-unexpected", 8, "forespoersel",
     "only elements"},
    {"Doedsfall_v1.0", "</forespoersel>", "<![CDATA[x]]></forespoersel>", "text-unexpected", 8,
     "forespoersel", "only elements"},
    {"Doedsfall_v1.0", "<doedPerson>",
     "<doedPerson xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Tekst\">",
     "xsi-type", 13, "forespoersel/doedPerson", "does not derive"},
    {"Doedsfall_v1.0", "<type>Helseinstitusjon",
     "<type xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Kommunenummer\">"
     "5501x",
     "pattern", 18, "forespoersel/doedPerson/doedssted/type", "[0-9]"},
};

class MutantTest : public ::testing::TestWithParam<Mutant> {};

TEST_P(MutantTest, IsFoundAtItsPlaceAndNothingElse) {
  const Mutant& mutant = GetParam();
  const bool death = mutant.example.starts_with("Doedsfall");
  const std::string_view version = mutant.example.substr(mutant.example.find("_v") + 2, 3);
  const CheckRequest request = {.edition = version};
  const std::string document = Example(mutant.example);
  ASSERT_THAT(Briefs(Check(document, request)), IsEmpty());
  const Checked checked = Check(Changed(document, mutant.from, mutant.to), request);
  EXPECT_FALSE(checked.valid);
  const std::string brief = std::string(mutant.rule) + " " + std::to_string(mutant.line) + " " +
                            std::string(death ? kDeath : kAnnulment) + std::string(mutant.path);
  ASSERT_THAT(Briefs(checked), ElementsAre(brief));
  EXPECT_THAT(checked.violations[0].text, HasSubstr(std::string(mutant.says)));
}

INSTANTIATE_TEST_SUITE_P(Contracts, MutantTest, ::testing::ValuesIn(kMutants));

struct Variant {
  std::string_view from, to;
};

// What looks odd and is a message all the same.
const Variant kValid[] = {
    {"2024-05-20", " 2024-05-20Z\n"},
    {"2024-05-20", "-2024-05-20+02:00"},
    {"2024-05-20", "2147483647-05-20"},
    {"T09:30:00+02:00", "T24:00:00"},
    {"T09:30:00+02:00", "T09:30:59.999999999Z"},
    {"<avsendersSaksreferanse>2024/77</avsendersSaksreferanse>", ""},
    {"<avsendersSaksreferanse>2024/77<", "<avsendersSaksreferanse><"},
    {"Lege Eksempel", ""},
    {"Lege Eksempel", "&lt;Lege&gt; &amp; &quot;Eksempel&quot; &apos;&amp;&amp;&amp;"},
    {"<kildesystem>Eksempelsystem 1.0</kildesystem>", ""},
    {"<kilde>helse", "<!-- c --><?p i?><kilde>he<![CDATA[lse]]>"},
    {"<kilde>", "<![CDATA[]]> <![CDATA[ \n]]><kilde>"},
    {"</doedsdato>", "</doedsdato><![CDATA[ ]]>"},
    {"<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
     "xsi:schemaLocation=\"urn:a\">"},
    {"<kilde>",
     "<kilde xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
     "xsi:type=\"KildeForMeldingOmDoedsfall\">"},
    {"<type>Helseinstitusjon",
     "<type xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\" Kommunenummer\">"
     "5501"},
};

TEST(Contracts, OddButValid) {
  for (const Variant& variant : kValid) {
    const std::string document = Changed(Example("Doedsfall_v1.0"), variant.from, variant.to);
    EXPECT_TRUE(Check(document, {.edition = "1.0"}).valid) << variant.to;
  }
}

// The exact number of characters is the last that passes.
TEST(Contracts, LengthsAreExact) {
  const auto valid = [](std::string_view from, std::size_t length, std::string_view unit) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += unit;
    return Check(Changed(Example("Doedsfall_v1.1"), from, text), {.edition = "1.1"}).valid;
  };
  struct Limit {
    std::string_view from;
    std::size_t most;
  };
  for (const Limit& limit : {Limit{"Eksempelsystem 1.0", 4000},
                             {"Medisinsk avdeling", 200},
                             {"kontakt@example.org", 254},
                             {"+47 00 00 00 00", 20}}) {
    EXPECT_TRUE(valid(limit.from, limit.most, "ø")) << limit.from;
    EXPECT_FALSE(valid(limit.from, limit.most + 1, "ø")) << limit.from;
    EXPECT_FALSE(valid(limit.from, limit.most + 1, " ")) << limit.from;
  }
}

TEST(Contracts, ColumnsCountCharacters) {
  const std::string document =
      Changed(Example("Doedsfall_v1.0"), "    <kilde>helse", "<!-- ø\xF0\x9F\x98\x80 --><kilde>x");
  const Checked checked = Check(document);
  ASSERT_EQ(checked.violations.size(), 1u);
  EXPECT_EQ(checked.violations[0].column, 12);
}

}  // namespace
}  // namespace utboks::test
