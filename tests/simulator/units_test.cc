// The simulator's small parts, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/simulator/answer.h"
#include "tests/simulator/catalogue.h"
#include "tests/simulator/contracts.h"
#include "tests/simulator/dice.h"
#include "tests/simulator/document.h"
#include "tests/simulator/journal.h"
#include "tests/simulator/mottak.h"
#include "tests/simulator/rate_window.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/temp_dir.h"

namespace utboks::simulator {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Found {
  std::string_view xml;
  std::string_view identifier;
};

class FindIdentifierIn : public ::testing::TestWithParam<Found> {};

TEST_P(FindIdentifierIn, Bytes) {
  EXPECT_EQ(FindIdentifier(GetParam().xml), GetParam().identifier) << GetParam().xml;
}

#define TAG "avsendersMeldingsidentifikator"
INSTANTIATE_TEST_SUITE_P(
    All, FindIdentifierIn,
    ::testing::Values(
        Found{"<a><" TAG ">x-1</" TAG "></a>", "x-1"},
        Found{"<p:a xmlns:p='u'><p:" TAG " >x</p:" TAG " ></p:a>", "x"},
        Found{"<" TAG " note='>'>a b</" TAG ">", "a b"},
        Found{"<" TAG ">&amp;&lt;&gt;&quot;&apos;&#65;&#x42;&#230;</" TAG ">", "&<>\"'AB\xC3\xA6"},
        Found{"<" TAG ">&#x1F600;&#x20AC;</" TAG ">", "\xF0\x9F\x98\x80\xE2\x82\xAC"},
        Found{"<" TAG ">a&unknown;b&#xZ;</" TAG ">", "a&unknown;b&#xZ;"},
        Found{"<" TAG ">a&b</" TAG ">", "a&b"},
        Found{"<" TAG "><![CDATA[<x>&amp;]]>y<!-- no --><?p no?>z</" TAG ">", "<x>&amp;yz"},
        Found{"<!-- <" TAG ">no</" TAG "> --><" TAG ">yes</" TAG ">", "yes"},
        Found{"<?p <" TAG ">no?><" TAG ">yes</" TAG ">", "yes"},
        Found{"<a><![CDATA[<" TAG ">no</" TAG ">]]><" TAG ">yes</" TAG "></a>", "yes"},
        Found{"<a x='<" TAG ">no'><" TAG ">yes</" TAG "></a>", "yes"},
        Found{"<" TAG ">first</" TAG "><" TAG ">second</" TAG ">", "first"},
        // Nothing to be found.
        Found{"", ""}, Found{"<", ""}, Found{"<a", ""}, Found{"<!-- ", ""}, Found{"<" TAG "/>", ""},
        Found{"<" TAG "></" TAG ">", ""}, Found{"<" TAG ">cut", ""},
        Found{"<" TAG "><![CDATA[cut", ""}, Found{"<X" TAG ">no</X" TAG ">", ""},
        Found{"<" TAG "X>no</" TAG "X>", ""}, Found{"</" TAG ">", ""}, Found{"no xml", ""}));
#undef TAG

TEST(RateWindow, LetsSoManyThroughInAnySixtySeconds) {
  RateWindow window(3);
  const SteadyTime start{std::chrono::hours(1)};
  EXPECT_EQ(window.Take(start), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(10)), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(20)), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(30)), Millis(30'000));
  EXPECT_EQ(window.Take(start + seconds(60) - std::chrono::microseconds(1)), Millis(1));
  EXPECT_EQ(window.Take(start + seconds(60)), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(61)), Millis(9'000));
  EXPECT_EQ(window.Take(start + seconds(70)), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(80)), std::nullopt);
  EXPECT_EQ(window.Take(start + seconds(80)), Millis(40'000));
}

TEST(RateWindow, NeverMoreThanTheLimitWhateverTheRhythm) {
  const Dice dice(3);
  RateWindow window(50);
  std::deque<SteadyTime> passed;
  SteadyTime now{std::chrono::hours(1)};
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    now += dice.Between(Millis(0), Millis(2000), 0, i, 0);
    if (window.Take(now)) continue;
    passed.push_back(now);
    while (passed.front() <= now - seconds(60)) passed.pop_front();
    ASSERT_LE(passed.size(), 50U);
  }
}

TEST(RateWindow, EachAddressHasItsOwnAndZeroIsNoLimit) {
  AddressRates rates(1);
  const SteadyTime now{std::chrono::hours(1)};
  EXPECT_EQ(rates.Take("10.0.0.1", now), std::nullopt);
  EXPECT_EQ(rates.Take("10.0.0.2", now), std::nullopt);
  EXPECT_NE(rates.Take("10.0.0.1", now), std::nullopt);
  AddressRates unlimited(0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(unlimited.Take("10.0.0.1", now), std::nullopt);
}

TEST(Dice, ReferencesAreUuidsAndDifferForEachSend) {
  const Dice dice(1);
  std::set<std::string> seen;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    for (std::uint64_t send = 1; send <= 2; ++send) seen.insert(dice.Reference(key, send));
  }
  EXPECT_EQ(seen.size(), 2000U);
  EXPECT_THAT(*seen.begin(),
              ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                      "[0-9a-f]{12}"));
  EXPECT_EQ(dice.Reference(1, 1), Dice(1).Reference(1, 1));
  EXPECT_NE(dice.Reference(1, 1), Dice(2).Reference(1, 1));
}

TEST(Journal, TextIsAlwaysGoodJson) {
  EXPECT_EQ(JsonText("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(JsonText(std::string_view("\n\t\0\x1f", 4)), R"("\u000a\u0009\u0000\u001f")");
  EXPECT_EQ(JsonText("æøå 😀"), "\"æøå 😀\"");
  EXPECT_EQ(JsonText("\xFF|\xC0\xAF|\xED\xA0\x80|\xF5\x80\x80\x80|\xE2\x82"),
            R"("\ufffd|\ufffd\ufffd|\ufffd\ufffd\ufffd|\ufffd\ufffd\ufffd\ufffd|\ufffd\ufffd")");
}

TEST(Journal, TellsWhenItCannotBeOpened) {
  const auto journal = Journal::Open("/no/such/folder/journal");
  EXPECT_EQ(journal.code(), Code::kUnreadable);
  EXPECT_THAT(journal.status().text(), HasSubstr("/no/such/folder/journal"));
}

TEST(Journal, SaysSoWhenALineCannotBeWritten) {
  auto journal = Journal::Open("/dev/full");
  ASSERT_TRUE(journal.ok());
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(journal.value()->Begin({}));
  EXPECT_FALSE(journal.value()->End({}, {}));
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("cannot write the journal"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST(Journal, KeepsNothingWithoutAFile) {
  auto journal = Journal::Open("");
  ASSERT_TRUE(journal.ok());
  EXPECT_TRUE(journal.value()->Begin({}));
}

TEST(Journal, LinesHoldWhatIsKnown) {
  const testing::TempDir folder;
  {
    auto journal = Journal::Open(folder.File("j")).value();
    JournalEntry entry{.request = 3,
                       .connection = 2,
                       .client = "100101688",
                       .method = "POST",
                       .ressurs = "doedsfall_v1",
                       .identifier = "a\"b",
                       .sha256 = "00ff",
                       .bytes = 17,
                       .send = 4};
    EXPECT_TRUE(journal->Begin(entry));
    EXPECT_TRUE(journal->End(
        entry,
        {.accepted = true, .status = 202, .sent = "lost", .reference = "ref", .step = "outage"}));
    EXPECT_TRUE(journal->Step("outage", "refuse", true));
  }
  std::ifstream file(folder.File("j"));
  std::string text;
  std::vector<testing::JournalLine> lines;
  while (std::getline(file, text)) lines.push_back(testing::ParseJournalLine(text));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].event, "begin");
  EXPECT_EQ(lines[0].identifier, "a\"b");
  EXPECT_EQ(lines[1].event, "end");
  EXPECT_EQ(lines[1].request, 3U);
  EXPECT_EQ(lines[1].connection, 2U);
  EXPECT_EQ(lines[1].client, "100101688");
  EXPECT_EQ(lines[1].sha256, "00ff");
  EXPECT_EQ(lines[1].bytes, 17U);
  EXPECT_EQ(lines[1].send, 4U);
  EXPECT_TRUE(lines[1].accepted);
  EXPECT_EQ(lines[1].status, 202);
  EXPECT_EQ(lines[1].sent, "lost");
  EXPECT_EQ(lines[1].reference, "ref");
  EXPECT_EQ(lines[1].step, "outage");
  EXPECT_EQ(lines[2].event, "step");
  EXPECT_EQ(lines[2].name, "outage");
  EXPECT_EQ(lines[2].kind, "refuse");
  EXPECT_TRUE(lines[2].on);
  EXPECT_LE(lines[0].mono_ms, lines[1].mono_ms);
}

TEST(Mottak, KnowsItsOwnAddresses) {
  EXPECT_EQ(Mottak::RessursOf("/folkeregisteret/mottak/api/vigsel_v1"), "vigsel_v1");
  EXPECT_EQ(Mottak::RessursOf("/folkeregisteret/mottak/api/x.vedlegg"), "x.vedlegg");
  EXPECT_EQ(Mottak::RessursOf("/folkeregisteret/mottak/api/"), "");
  EXPECT_EQ(Mottak::RessursOf("/folkeregisteret/mottak/api/a/b"), "");
  EXPECT_EQ(Mottak::RessursOf("/folkeregisteret/tilbakemelding/api/v2"), "");
  EXPECT_EQ(Mottak::RessursOf(""), "");
}

TEST(Answer, TextsAreEscaped) {
  const Answer answer = MakeError(400, "a<b", "&", "]]>");
  EXPECT_THAT(answer.body, HasSubstr("<feilkode>a&lt;b</feilkode>"));
  EXPECT_THAT(answer.body, HasSubstr("<feilmelding>&amp;</feilmelding>"));
  EXPECT_THAT(MakeReceipt({}, "<i>", "r").body, HasSubstr("&lt;i&gt;"));
}

TEST(Answer, TheWireHasTheHeadersAndForHeadNoBody) {
  Answer answer = MakeThrottled("250");
  const std::string wire = Wire(answer, false, false, WallTime(Millis(0)));
  EXPECT_THAT(wire, ::testing::StartsWith("HTTP/1.1 429 Too Many Requests\r\n"
                                          "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
  EXPECT_THAT(wire, HasSubstr("\r\nRetry-After: 250\r\n"));
  EXPECT_THAT(wire, HasSubstr("\r\nConnection: Close\r\n"));
  EXPECT_EQ(wire.substr(BodyStart(wire)), answer.body);
  const std::string head = Wire(answer, true, true, WallTime(Millis(0)));
  EXPECT_EQ(BodyStart(head), head.size());
  EXPECT_EQ(head.substr(0, StatusLineEnd(head)), "HTTP/1.1 429 Too Many Requests\r\n");
}

// A catalogue of a test's own.
class CatalogueFolder {
 public:
  explicit CatalogueFolder(std::string_view text) {
    std::ofstream(folder_.File("catalogue.xml")) << text;
  }
  void Add(std::string_view name, std::string_view text) {
    std::ofstream(folder_.File(name)) << text;
  }
  std::string path() const { return folder_.path().string(); }

 private:
  testing::TempDir folder_;
};

constexpr std::string_view kTwoEditions = R"(<catalogue xmlns="urn:utboks:catalogue">
  <ressurs name="r_v1" root="r" namespace="urn:r">
    <edition name="1.0" file="r1.xsd" status="production"/>
    <edition name="1.1" file="r2.xsd" status="test"/>
    <edition name="1.2" file="r3.xsd" status="draft"/>
  </ressurs>
  <ressurs name="gone_v1" root="g" namespace="urn:g">
    <edition name="1.0" file="g.xsd" status="withdrawn"/>
  </ressurs>
  <other/>
</catalogue>)";

std::string Schema(std::string_view child) {
  return R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:r"
    elementFormDefault="qualified"><xs:element name="r"><xs:complexType><xs:sequence>
    <xs:element name=")" +
         std::string(child) +
         R"(" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="other" type="xs:int"/></xs:schema>)";
}

TEST(Catalogue, GivesTheEditionsTheRegisterTakesNewestFirst) {
  const CatalogueFolder folder(kTwoEditions);
  const auto contracts = ReadCatalogue(folder.path());
  ASSERT_TRUE(contracts.ok()) << contracts.status().text();
  ASSERT_EQ(contracts->size(), 1U);
  EXPECT_EQ((*contracts)[0].ressurs, "r_v1");
  EXPECT_THAT((*contracts)[0].schemas,
              ElementsAre(folder.path() + "/r2.xsd", folder.path() + "/r1.xsd"));
}

TEST(Catalogue, WhatIsNoneIsRefused) {
  EXPECT_EQ(ReadCatalogue("/no/such/folder").code(), Code::kUnreadable);
  for (const char* text : {"", "<catalogue>", "<catalogue/>", "<x xmlns='urn:utboks:catalogue'/>",
                           "<catalogue xmlns='urn:utboks:catalogue'/>",
                           "<catalogue xmlns='urn:utboks:catalogue'><ressurs/></catalogue>"}) {
    EXPECT_EQ(ReadCatalogue(CatalogueFolder(text).path()).code(), Code::kConfig) << text;
  }
}

TEST(Contracts, ADocumentIsHeldAgainstEachEditionAndTheNewestTellsTheFault) {
  CatalogueFolder folder(kTwoEditions);
  folder.Add("r1.xsd", Schema("old"));
  folder.Add("r2.xsd", Schema("new"));
  auto contracts = Contracts::Load(folder.path(), true);
  ASSERT_TRUE(contracts.ok()) << contracts.status().text();
  const Contracts& check = *contracts.value();
  EXPECT_TRUE(check.Knows("r_v1"));
  EXPECT_FALSE(check.Knows("gone_v1"));
  EXPECT_FALSE(check.Knows(""));
  EXPECT_EQ(check.Check("r_v1", "<r xmlns='urn:r'><old>1</old></r>"), "");
  EXPECT_EQ(check.Check("r_v1", "<r xmlns='urn:r'><new>1</new></r>"), "");
  // The older one does not know <new>; the newest says what is wrong with its value.
  EXPECT_THAT(check.Check("r_v1", "<r xmlns='urn:r'><new>x</new></r>"),
              ::testing::Not(HasSubstr("no declaration")));
}

TEST(Contracts, HostileAndForeignDocumentsAreRefused) {
  CatalogueFolder folder(kTwoEditions);
  folder.Add("r1.xsd", Schema("old"));
  folder.Add("r2.xsd", Schema("new"));
  auto contracts = Contracts::Load(folder.path(), true);
  ASSERT_TRUE(contracts.ok());
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<r xmlns='urn:r'>";
  for (const std::string& document :
       {std::string(), std::string("no xml"), std::string("<r xmlns='urn:r'>"),
        std::string("<r><new>1</new></r>"), std::string("<other xmlns='urn:r'>1</other>"),
        std::string("<!DOCTYPE r [<!ENTITY e 'v'>]><r xmlns='urn:r'><new>1</new></r>"),
        std::string("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r xmlns='urn:r'><new>1</new></r>"),
        std::string("<r xmlns='urn:r'><new>x</new></r>"), std::string("\xFF\xFE<"), deep}) {
    EXPECT_NE(contracts.value()->Check("r_v1", document), "") << document.substr(0, 80);
  }
}

TEST(Contracts, ASchemaThatCannotBeUsedIsTold) {
  CatalogueFolder folder(kTwoEditions);
  folder.Add("r1.xsd", Schema("old"));
  const auto missing = Contracts::Load(folder.path(), true);
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.status().text(), HasSubstr("r2.xsd"));
  folder.Add("r2.xsd", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element/>");
  const auto broken = Contracts::Load(folder.path(), true);
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.code(), Code::kConfig);
  EXPECT_THAT(broken.status().text(), HasSubstr("r2.xsd"));
  // Unchecked, they are not needed.
  EXPECT_TRUE(Contracts::Load(folder.path(), false).ok());
}

TEST(Contracts, EveryShippedExampleIsValid) {
  auto contracts = Contracts::Load(UTBOKS_SOURCE_DIR "/schemas", true);
  ASSERT_TRUE(contracts.ok()) << contracts.status().text();
  auto catalogue = ReadCatalogue(UTBOKS_SOURCE_DIR "/schemas");
  ASSERT_TRUE(catalogue.ok());
  int examples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(UTBOKS_SOURCE_DIR "/schemas/examples")) {
    if (entry.path().extension() != ".xml") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    int takers = 0;
    for (const Contract& contract : catalogue.value()) {
      takers += contracts.value()->Check(contract.ressurs, text.str()).empty() ? 1 : 0;
    }
    EXPECT_GE(takers, 1) << entry.path();
    ++examples;
  }
  EXPECT_GT(examples, 0);
}

}  // namespace
}  // namespace utboks::simulator
