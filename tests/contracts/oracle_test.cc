// The oracle itself: values, patterns and content models by tables, and each quirk by
// a document that divides the engines as is said of it.
#include "tests/contracts/oracle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/contracts/engines.h"
#include "tests/contracts/pattern.h"
#include "tests/contracts/value.h"

namespace utboks::contracts {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(UTBOKS_SOURCE_DIR "/" + path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  EXPECT_TRUE(in.good()) << path;
  return bytes.str();
}
std::string Changed(std::string document, std::string_view from, std::string_view to) {
  const std::size_t at = document.find(from);
  EXPECT_NE(at, std::string::npos) << "no " << from << " in the document";
  return at == std::string::npos ? document : document.replace(at, from.size(), to);
}

TEST(Pattern, MatchesTheWhole) {
  struct Case {
    std::string_view pattern, value;
    bool matches;
  };
  for (const Case& c : {
           Case{"[0-9]+", "0123456789", true},
           Case{"[0-9]+", "", false},
           Case{"[0-9]+", "12a", false},
           Case{"[0-9]+", "\xD9\xA3", false},  // an Arabic three
           Case{"([A-Z]){3}", "NOR", true},
           Case{"([A-Z]){3}", "NORW", false},
           Case{"([A-Z]){3}", "NO", false},
           Case{"([0-9]){4}", "0301", true},
           Case{"2[1-2]|3[1-3]", "22", true},
           Case{"2[1-2]|3[1-3]", "33", true},
           Case{"2[1-2]|3[1-3]", "23", false},
           Case{"2[1-2]|3[1-3]", "2233", false},
           Case{R"(\s*\S.*)", "x", true},
           Case{R"(\s*\S.*)", "\n \tx y", true},
           Case{R"(\s*\S.*)", " \n", false},
           Case{R"(\s*\S.*)", "x\ny", false},
           Case{R"(\s*\S.*)", "x\r", false},
           Case{R"(\s*\S.*)", "\xC2\xA0", true},
           Case{R"(\s*\S.*)", "x\xE2\x80\xA8y", true},
           Case{R"([a-z \-']+)", "o'ne-two", true},
           Case{R"([a-z \-']+)", "one,two", false},
           Case{"[,()-/#]+", "(*+-./)", true},  // a range from ) to /
           Case{"[,()-/#]+", "0", false},
           Case{R"([ *\-'`]+)", "*-'` ", true},
           Case{R"([ž. \*\-'`]+)", "ž.*-", true},
           Case{R"([ž. \*\-'`]+)", "\\", false},
           Case{"a?b*c+", "bbcc", true},
           Case{"a?b*c+", "aabc", false},
       }) {
    EXPECT_EQ(Pattern(c.pattern).Matches(ToCodePoints(c.value)), c.matches)
        << c.pattern << " " << c.value;
  }
  EXPECT_FALSE(Pattern(R"(\s*\S.*)").Matches(U"x\u2028y", true));
}

TEST(Value, BuiltInTypes) {
  struct Case {
    std::string_view type, value;
    bool good;
  };
  for (const Case& c : {
           Case{"date", "2024-02-29", true},
           Case{"date", "2023-02-29", false},
           Case{"date", "1900-02-29", false},
           Case{"date", "2000-02-29+02:00", true},
           Case{"date", " 2024-05-17Z\n", true},
           Case{"date", "0000-01-01", false},
           Case{"date", "-0044-03-15", true},
           Case{"date", "12024-01-01", true},
           Case{"date", "02024-01-01", false},
           Case{"date", "99999999999999999999-01-01", true},
           Case{"date", "2024-05-17+14:00", true},
           Case{"date", "2024-05-17+14:01", false},
           Case{"date", "", false},
           Case{"dateTime", "2024-05-21T24:00:00", true},
           Case{"dateTime", "2024-05-21T24:00:01", false},
           Case{"dateTime", "2024-05-21T23:59:60", false},
           Case{"dateTime", "2024-05-21T09:30:00.5-01:30", true},
           Case{"dateTime", "2024-05-21T09:30", false},
           Case{"boolean", " 1\t", true},
           Case{"boolean", "TRUE", false},
           Case{"long", "+009", true},
           Case{"long", "9223372036854775807", true},
           Case{"long", "9223372036854775808", false},
           Case{"long", "-9223372036854775808", true},
           Case{"int", "2147483648", false},
           Case{"int", "-2147483648", true},
           Case{"int", "1.0", false},
           Case{"integer", "123456789012345678901234567890", true},
           Case{"base64Binary", "", true},
           Case{"base64Binary", "QQ==", true},
           Case{"base64Binary", "Q Q = =", true},
           Case{"base64Binary", "QR==", false},
           Case{"base64Binary", "QQ=", false},
           Case{"base64Binary", "****", false},
           Case{"ID", "id-1", true},
           Case{"ID", "1d", false},
       }) {
    EXPECT_EQ(IsBuiltinValue(c.type, c.value, {}), c.good) << c.type << " " << c.value;
  }
}

TEST(Value, LengthsCountCharacters) {
  SimpleType type;
  type.builtin = "string";
  type.max_length = 2;
  EXPECT_TRUE(IsValue(type, "\xF0\x9F\x98\x80\xC3\xB8", {}));
  EXPECT_FALSE(IsValue(type, "\xF0\x9F\x98\x80\xC3\xB8", {Quirk::kLengthInUtf16}));
  EXPECT_FALSE(IsValue(type, "abc", {}));
}

TEST(Oracle, SaysWhatIsWrongAndWhere) {
  const Oracle oracle(TheModel(), TheModel().Get("S1"));
  const std::string document = ReadFile("schemas/examples/MeldingOmSeparasjon_v1.0.xml");
  const auto why = [&](std::string_view from, std::string_view to) {
    return oracle.Judge(Changed(document, from, to)).why;
  };
  EXPECT_EQ(oracle.Judge(document).why, "");
  const std::string request = "/meldingOmSeparasjon/forespoersel";
  EXPECT_EQ(why("<kilde>", "<kilde a=\"1\">"), request + "/kilde: an attribute is not expected");
  EXPECT_EQ(why("<hjemmel>en", "<hjemmel>to"),
            request + "/separasjon/hjemmel: the value is not of its type");
  EXPECT_EQ(why("<kilde>", "x<kilde>"), request + ": text stands between elements");
  EXPECT_EQ(why("</ektefelleEllerPartner>\n    <ektefelleEllerPartner>", ""),
            request + ": its children do not fit");
  EXPECT_EQ(why("<kilde>", "<kilde xmlns=\"\">"), request + ": its children do not fit");
  EXPECT_EQ(why("separasjon:v1", "separasjon:v2"), "the root element is another");
  EXPECT_EQ(why("</forespoersel>", ""), "it is not well-formed");
}

struct Divide {
  Quirk quirk;
  std::string code, example, from, to;
  bool standard, ours, xmllint;  // valid
};
const std::string kInstance =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
    "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ";

std::vector<Divide> Divides() {
  const std::string death = "schemas/examples/MeldingOmDoedsfall_v1.1.xml";
  const std::string change = "schemas/examples/MeldingOmEndringAvPersonMedFoedselsnummer_v1.0.xml";
  const std::string request = "schemas/examples/RekvisisjonAvDNummer_4.0.xml";
  std::string faces;
  for (int i = 0; i < 11; ++i) faces += "\xF0\x9F\x98\x80";
  return {
      {Quirk::kSpaceStaysAroundDates, "D1", death, "<doedsdato>", "<doedsdato> ", true, true,
       false},
      {Quirk::kLengthInUtf16, "D1", death, "+47 00 00 00 00", faces, true, false, true},
      {Quirk::kDotStopsAtSeparators, "R4", request, "Eksempelmyndigheten", "x\xE2\x80\xA8y", true,
       false, true},
      {Quirk::kYearIs32Bit, "D1", death, "2024-05-20", "123456789012-05-20", true, false, true},
      {Quirk::kYearIs64Bit, "D1", death, "2024-05-20", "99999999999999999999-05-20", true, false,
       false},
      {Quirk::kBase64SkipsForeign, "R3", "tests/data/unsent/RekvisisjonAvDNummer_3.0.xml",
       "RWtzZW1wZWw=", "****", false, false, true},
      {Quirk::kTypeNameIsNotTrimmed, "D1", death, "<type>",
       "<type" + kInstance + "xsi:type=\" Tekst\">", true, true, false},
      {Quirk::kAnyTypeHasNoName, "N1", change, "<innsendertype>",
       "<innsendertype" + kInstance + "xsi:type=\"xs:anyType\">", true, false, true},
      {Quirk::kLaxIsNotDeep, "N1", change, "<innsendertype>",
       "<innsendertype><a xmlns=\"urn:a\"><DigestValue "
       "xmlns=\"http://www.w3.org/2000/09/xmldsig#\">Q</DigestValue></a>",
       false, true, false},
      {Quirk::kCdataIsText, "D1", death, "<kilde>", "<![CDATA[ ]]><kilde>", true, true, false},
      {Quirk::kAnyGlobalIsRoot, "R4", request, request, "", false, false, true},
  };
}

TEST(Quirks, EachDividesTheEnginesAsIsSaid) {
  std::set<Quirk> shown;
  for (const Divide& divide : Divides()) {
    const auto entry = std::ranges::find(kQuirks, divide.quirk, &QuirkName::quirk);
    SCOPED_TRACE(entry->name);
    const Contract& contract = TheModel().Get(divide.code);
    const Oracle oracle(TheModel(), contract);
    std::string document = "<KeyName xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    if (divide.quirk != Quirk::kAnyGlobalIsRoot) {
      document = Changed(ReadFile(divide.example), divide.from, divide.to);
    }
    EXPECT_EQ(oracle.Judge(document).valid, divide.standard);
    EXPECT_NE(oracle.Judge(document, {divide.quirk}).valid, divide.standard);
    EXPECT_EQ(Ours(contract.file).Complaint(document).empty(), divide.ours);
    EXPECT_EQ(XmllintVerdicts(contract.file, {document})[0], divide.xmllint);
    if (entry->ours) {
      EXPECT_NE(divide.ours, divide.standard);
    }
    if (entry->libxml2) {
      EXPECT_NE(divide.xmllint, divide.standard);
    }
    shown.insert(divide.quirk);
  }
  EXPECT_EQ(shown.size(), kQuirks.size());
}

TEST(Quirks, AllAreInTheDecisions) {
  const std::string decisions = ReadFile("docs/decisions.md");
  for (const QuirkName& quirk : kQuirks) {
    EXPECT_NE(decisions.find("`" + std::string(quirk.name) + "`"), std::string::npos) << quirk.name;
  }
}

}  // namespace
}  // namespace utboks::contracts
