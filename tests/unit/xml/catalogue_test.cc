// The catalogue as data: what it may say, what a broken one costs, and that a
// resource or an edition is added without a line of code.
#include "producer/xml/catalogue.h"

#include <Poco/SHA2Engine.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "producer/xml/schemas_check.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Entry(const std::string& editions, const std::string& more = "") {
  return "<ressurs name=\"own_v1\" root=\"r\" namespace=\"urn:own\">" + editions +
         "<identifikator path=\"id\"/>" + more + "</ressurs>";
}
std::string EditionEntry(const std::string& name, const std::string& status = "production",
                         const std::string& more = "") {
  return "<edition name=\"" + name + "\" file=\"own_" + name + ".xsd\" status=\"" + status + "\" " +
         more + "/>";
}
// A root with an id and one value of the given kinds.
std::string Edition(const std::string& values) {
  std::string body =
      "<xs:element name=\"r\"><xs:complexType><xs:sequence><xs:element name=\"id\" "
      "type=\"xs:string\"/><xs:element name=\"v\"><xs:simpleType><xs:restriction "
      "base=\"xs:string\">";
  for (const char value : values) {
    body += std::string("<xs:enumeration value=\"") + value + "\"/>";
  }
  return OwnSchema(body +
                   "</xs:restriction></xs:simpleType></xs:element></xs:sequence>"
                   "</xs:complexType></xs:element>");
}
std::string Document(const std::string& value) {
  return "<r xmlns=\"urn:own\"><id>1</id><v>" + value + "</v></r>";
}

TEST(Catalogue, ShippedOneSaysWhatTheRegisterTakes) {
  const Catalogue& catalogue = ShippedCatalogue();
  const Ressurs* death = catalogue.Find("doedsfall_v1");
  ASSERT_NE(death, nullptr);
  EXPECT_EQ(death->root, "meldingOmDoedsfall");
  EXPECT_EQ(death->name_space, "folkeregisteret:melding:doedsfall:v1");
  ASSERT_EQ(death->tilbakemeldinger.size(), 1u);
  EXPECT_EQ(death->tilbakemeldinger[0].hendelse, "HendelserISakOmFolkeregistrering_v1");
  EXPECT_FALSE(death->multipart.has_value());
  ASSERT_EQ(death->editions.size(), 3u);
  EXPECT_EQ(death->editions[0].name, "1.0");
  EXPECT_TRUE(death->editions[1].EnabledIn(true));
  EXPECT_FALSE(death->editions[2].EnabledIn(true));
  EXPECT_TRUE(death->editions[2].EnabledIn(false));
  EXPECT_EQ(catalogue.FindByRoot("meldingOmAnnulleringAvDoedsfall",
                                 "folkeregisteret:melding:annulleringavdoedsfall:v1"),
            catalogue.Find("annullering_av_doedsfall_v1"));
  EXPECT_EQ(catalogue.Find("doedsfall"), nullptr);
  EXPECT_EQ(catalogue.FindByRoot("meldingOmDoedsfall", ""), nullptr);
}

// Each entry as "name: edition status, …".
std::vector<std::string> Listed(const std::vector<Ressurs>& entries) {
  std::vector<std::string> briefs;
  for (const Ressurs& entry : entries) {
    std::string brief = entry.name + ":";
    for (const auto& edition : entry.editions) {
      brief += " " + edition.name + " " + std::string(EditionStatusName(edition.status));
    }
    briefs.push_back(brief);
  }
  return briefs;
}

TEST(Catalogue, ShippedOneHasEveryResourceOfTheRegister) {
  EXPECT_THAT(
      Listed(ShippedCatalogue().ressurser()),
      ElementsAre(
          "rekvisisjon_av_dnummer: 1.0 withdrawn", "rekvisisjon_av_dnummer_v3: 3.0 withdrawn",
          "rekvisisjon_av_dnummer_v4: 4.0 production",
          "rekvisisjon_av_dnummer_v4.vedlegg: 4.0 production",
          "rekvisisjon_av_dnummer_v5: 5.0 production",
          "rekvisisjon_av_dnummer_v5.vedlegg: 5.0 production",
          "doedsfall_v1: 1.0 production 1.1 production 1.2 test",
          "annullering_av_doedsfall_v1: 1.0 production 1.1 production 1.2 test",
          "endring_av_dnummerperson_v2: 2.0 production",
          "endring_av_dnummerperson_v3: 3.0 production", "foedsel_v1: 1.0 withdrawn 1.1 production",
          "kontaktopplysninger_doedsbo_v1: 1.0 test", "separasjon_v1: 1.0 test",
          "skilsmisse_v1: 1.0 test", "innflytting_v1: 1.0 test",
          "flyttemelding_fra_posten_v1: 1.0 test", "fnr_endring_v1: 1.0 test",
          "farskap_v1: 1.0 production", "registrering_av_farskap_v1.vedlegg: 1.0 production",
          "vigsel_v1: 1.0 production", "omsorgsansvar: 0.3 draft"));
  EXPECT_THAT(
      Listed(ShippedCatalogue().hendelser()),
      ElementsAre("HendelserISakOmDNummerRekvisisjon_v3: 3.0 production",
                  "HendelserISakOmDNummerRekvisisjon_v4:", "HendelserISakOmDNummerRekvisisjon_v5:",
                  "HendelserISakOmEndringAvDNummerPerson_v1: 1.0 production",
                  "HendelserISakOmFolkeregistrering_v1: 1.0 production"));
}

TEST(Catalogue, AnEventIsNoMessage) {
  const Catalogue& catalogue = ShippedCatalogue();
  EXPECT_EQ(catalogue.Find("HendelserISakOmFolkeregistrering_v1"), nullptr);
  const Ressurs* event =
      catalogue.FindByRoot("hendelseISakOmFolkeregistrering",
                           "folkeregisteret:tilbakemelding:hendelseisakomfolkeregistrering:v1");
  ASSERT_NE(event, nullptr);
  EXPECT_TRUE(event->hendelse);
  EXPECT_EQ(catalogue.FindByRoot("", ""), nullptr) << "one that is not published has no root";
  const auto checked =
      ShippedValidator().Check("<a/>", {.ressurs = "HendelserISakOmFolkeregistrering_v1"});
  EXPECT_EQ(checked.code(), Code::kUsage);
}

TEST(Catalogue, WhatFollowsAMessageIsData) {
  const Ressurs* change = ShippedCatalogue().Find("endring_av_dnummerperson_v3");
  ASSERT_NE(change, nullptr);
  ASSERT_EQ(change->tilbakemeldinger.size(), 2u);
  EXPECT_EQ(change->tilbakemeldinger[0].hendelse, "HendelserISakOmEndringAvDNummerPerson_v1");
  EXPECT_FALSE(change->tilbakemeldinger[0].manual);
  EXPECT_EQ(change->tilbakemeldinger[1].hendelse, "HendelserISakOmFolkeregistrering_v1");
  EXPECT_TRUE(change->tilbakemeldinger[1].manual);
  EXPECT_THAT(ShippedCatalogue().Find("flyttemelding_fra_posten_v1")->tilbakemeldinger, IsEmpty());
}

TEST(Catalogue, ThePartsOfAMultipartAreData) {
  const auto& paternity = ShippedCatalogue().Find("registrering_av_farskap_v1.vedlegg")->multipart;
  ASSERT_TRUE(paternity.has_value());
  EXPECT_EQ(paternity->document.name, "melding");
  EXPECT_EQ(paternity->document.type, "application/xml");
  ASSERT_EQ(paternity->attachments.size(), 3u);
  EXPECT_EQ(paternity->attachments[0].name, "vedlegg");
  EXPECT_EQ(paternity->attachments[0].type, "application/pdf");
  EXPECT_EQ(paternity->attachments[0].most, 1u);
  EXPECT_EQ(paternity->attachments[2].name, "melding3");
  const auto& request = ShippedCatalogue().Find("rekvisisjon_av_dnummer_v5.vedlegg")->multipart;
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->document.name, "rekvisisjon");
  ASSERT_EQ(request->attachments.size(), 1u);
  EXPECT_EQ(request->attachments[0].type, "");
  EXPECT_GT(request->attachments[0].most, 1'000'000u) << "as many as there are";
  EXPECT_FALSE(ShippedCatalogue().Find("rekvisisjon_av_dnummer_v5")->multipart.has_value());
}

TEST(Catalogue, ShippedSchemasAllLoadAndFitIt) {
  const auto reports = CheckSchemas(ShippedCatalogue());
  ASSERT_EQ(reports.size(), 29u);
  std::map<std::string, std::string> hashes;  // by file: two resources may share one
  for (const SchemaReport& report : reports) {
    EXPECT_TRUE(report.usable.ok()) << report.usable.text();
    EXPECT_EQ(report.hash.size(), 64u);
    const auto known = hashes.emplace(report.file, report.hash).first;
    EXPECT_EQ(known->second, report.hash) << report.file;
  }
  std::set<std::string> different;
  for (const auto& [file, hash] : hashes) different.insert(hash);
  EXPECT_EQ(hashes.size(), 26u);
  EXPECT_EQ(different.size(), hashes.size());
}

// As an operator does it, with what is shipped: README.md of the schemas.
TEST(Catalogue, AContractIsAddedToTheShippedOnes) {
  testing::TempDir dir;
  const std::string schemas = dir.File("schemas");
  std::filesystem::copy(SchemasDir(), schemas, std::filesystem::copy_options::recursive);
  const auto write = [&](const std::string& file, const std::string& bytes) {
    std::ofstream(schemas + "/" + file, std::ios::binary) << bytes;
  };
  write("MeldingOmNavn_v1.0.xsd",
        R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:navn"
             targetNamespace="urn:navn" elementFormDefault="qualified">
           <xs:include schemaLocation="common/innsending.xsd"/>
           <xs:include schemaLocation="common/person.xsd"/>
           <xs:element name="meldingOmNavn"><xs:complexType><xs:sequence>
             <xs:element name="innsending" type="Innsending"/>
             <xs:element name="person" type="Person"/>
           </xs:sequence></xs:complexType></xs:element></xs:schema>)");
  write("catalogue.xml",
        Changed(ReadFile(schemas + "/catalogue.xml"), "  <ressurs name=\"doedsfall_v1\"",
                R"(<ressurs name="navn_v1" root="meldingOmNavn" namespace="urn:navn">
                     <edition name="1.0" file="MeldingOmNavn_v1.0.xsd" status="test"/>
                     <tilbakemelding hendelse="HendelserISakOmFolkeregistrering_v1"/>
                     <identifikator path="innsending/avsendersMeldingsidentifikator"/>
                     <person path="person/foedselsnummer"/>
                   </ressurs>
                   <ressurs name="doedsfall_v1")"));
  const auto catalogue = Catalogue::Load(schemas);
  ASSERT_TRUE(catalogue.ok()) << catalogue.status().text();
  for (const SchemaReport& report : CheckSchemas(*catalogue)) {
    EXPECT_TRUE(report.usable.ok()) << report.usable.text();
  }
  const auto validator = Validator::Make(*catalogue, {});
  const std::string document =
      "<meldingOmNavn xmlns=\"urn:navn\"><innsending>"
      "<avsendersMeldingsidentifikator>n-1</avsendersMeldingsidentifikator>"
      "<avsendersInnsendingstidspunkt>2024-05-21T09:30:00Z</avsendersInnsendingstidspunkt>"
      "</innsending><person><foedselsnummer>21873816357</foedselsnummer></person></meldingOmNavn>";
  const Checked checked = Check(document, {.ressurs = "navn_v1"}, *validator);
  EXPECT_THAT(Briefs(checked), IsEmpty());
  EXPECT_EQ(checked.edition, "1.0");
  ASSERT_EQ(checked.extract.persons.size(), 1u);
  EXPECT_EQ(checked.extract.persons[0].reveal(), "21873816357");
  EXPECT_FALSE(Check(Changed(document, "21873816357", "2187381635"), {}, *validator).valid);
  EXPECT_TRUE(Check(Example("Doedsfall_v1.1"), {}, *validator).valid) << "the others stand";
}

TEST(Catalogue, AResourceIsAddedAtRunTime) {
  OwnCatalogue own(Entry(EditionEntry("1")));
  own.Write("own_1.xsd", Edition("ab"));
  const Catalogue catalogue = own.Load();
  const auto validator = Validator::Make(catalogue, {.production = true, .limits = {}});
  const Checked checked = Check(Document("a"), {}, *validator);
  EXPECT_TRUE(checked.valid);
  EXPECT_EQ(checked.ressurs, "own_v1");
  EXPECT_EQ(checked.extract.identifikator.reveal(), "1");
  EXPECT_FALSE(Check(Document("c"), {}, *validator).valid);
}

TEST(Catalogue, EditionsThatDoNotWidenAreTriedOneByOne) {
  OwnCatalogue own(Entry(EditionEntry("1") + EditionEntry("2") + EditionEntry("3", "test")));
  own.Write("own_1.xsd", Edition("ab"));
  own.Write("own_2.xsd", Edition("bc"));
  own.Write("own_3.xsd", Edition("cd"));
  const Catalogue catalogue = own.Load();
  const auto test = Validator::Make(catalogue, {});
  const auto production = Validator::Make(catalogue, {.production = true, .limits = {}});
  const auto edition = [](const std::string& value, const Validator& validator) {
    const Checked checked = Check(Document(value), {}, validator);
    return checked.edition + (checked.valid ? "" : " refuses");
  };
  EXPECT_EQ(edition("a", *test), "1");
  EXPECT_EQ(edition("b", *test), "2");
  EXPECT_EQ(edition("c", *test), "3");
  EXPECT_EQ(edition("e", *test), "3 refuses");
  EXPECT_EQ(edition("c", *production), "2");
  EXPECT_EQ(edition("d", *production), "2 refuses");
}

TEST(Catalogue, AnEditionThatWidensSparesTheOneBefore) {
  // What the catalogue says is believed: edition 1 would take "a".
  OwnCatalogue own(Entry(EditionEntry("1") + EditionEntry("2", "production", "widens=\"true\"")));
  own.Write("own_1.xsd", Edition("a"));
  own.Write("own_2.xsd", Edition("b"));
  const Catalogue catalogue = own.Load();
  const auto validator = Validator::Make(catalogue, {});
  EXPECT_FALSE(Check(Document("a"), {}, *validator).valid);
  EXPECT_TRUE(Check(Document("b"), {}, *validator).valid);
}

TEST(Catalogue, WhatTheRegisterDoesNotTakeIsRefusedAndCanBeAskedFor) {
  for (const std::string status : {"withdrawn", "draft", "test"}) {
    OwnCatalogue own(Entry(EditionEntry("1", status)));
    own.Write("own_1.xsd", Edition("a"));
    const Catalogue catalogue = own.Load();
    const auto validator = Validator::Make(catalogue, {.production = true, .limits = {}});
    const Checked checked = Check(Document("a"), {.ressurs = "own_v1"}, *validator);
    EXPECT_THAT(Briefs(checked), ElementsAre((status == "test" ? "test-only" : status) + " 0 "));
    EXPECT_TRUE(Check(Document("a"), {.edition = "1"}, *validator).valid);
  }
}

TEST(Catalogue, TheHashOfAFileAloneIsThatOfItsBytes) {
  OwnCatalogue own(Entry(EditionEntry("1")));
  own.Write("own_1.xsd", Edition("a"));
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(Edition("a"));
  EXPECT_EQ(CheckSchemas(own.Load())[0].hash, Poco::DigestEngine::digestToHex(engine.digest()));
}

TEST(Catalogue, TheHashIsAlsoThatOfWhatIsIncluded) {
  OwnCatalogue own(Entry(EditionEntry("1")));
  const auto hash = [&](const std::string& included) {
    own.Write("common/v.xsd",
              "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:simpleType name=\"V\">"
              "<xs:restriction base=\"xs:string\"><xs:enumeration value=\"" +
                  included + "\"/></xs:restriction></xs:simpleType></xs:schema>");
    return CheckSchemas(own.Load())[0].hash;
  };
  own.Write("own_1.xsd",
            OwnSchema("<xs:include schemaLocation=\"common/v.xsd\"/><xs:element name=\"r\">"
                      "<xs:complexType><xs:sequence><xs:element name=\"id\" type=\"V\"/>"
                      "</xs:sequence></xs:complexType></xs:element>"));
  const std::string before = hash("a");
  EXPECT_EQ(before.size(), 64u);
  EXPECT_EQ(before, hash("a"));
  EXPECT_NE(before, hash("b"));
}

TEST(Catalogue, BrokenOnesSayWhatIsWrong) {
  struct Case {
    std::string entries, says;
  };
  const std::string edition = EditionEntry("1");
  for (const Case& c : {
           Case{"", "line 1"},
           Case{Entry(""), "line 1"},
           Case{Entry(edition) + Entry(edition), "line 1"},  // the same name twice
           Case{Entry(edition + edition), "twice"},
           Case{Entry(edition, "<person path=\"id\"/>"), "twice"},
           Case{Entry(EditionEntry("1", "sometimes")), "line 1"},
           Case{Entry(edition, "<person path=\"/a\"/>"), "line 1"},
           Case{Entry("<edition name=\"1\" file=\"../x.xsd\" status=\"test\"/>"), "line 1"},
           Case{Entry("<edition name=\"1\" file=\"own_1.xsd\" status=\"test\"/>"
                      "<tilbakemelding hendelse=\"own_v1\"/>"),
                "own_v1 expects own_v1"},  // a message, not an event
           Case{Entry(edition) + "<hendelse name=\"h\" root=\"r\">" + edition + "</hendelse>",
                "h has an edition"},
           Case{Entry(edition) + "<hendelse name=\"own_v1\"/>", "line 1"},
           Case{Entry(edition, "<multipart><document name=\"a\" type=\"b/c\"/></multipart>"),
                "line 1"},
           Case{Entry(edition,
                      "<multipart><document name=\"a&quot;\" type=\"b/c\"/>"
                      "<attachment name=\"d\"/></multipart>"),
                "line 1"},
           Case{"<ressurs/>", "line 1"},
           Case{"<ressurs", "line 1"},
       }) {
    const OwnCatalogue own(c.entries);
    const auto loaded = Catalogue::Load(own.dir());
    EXPECT_EQ(loaded.code(), Code::kConfig) << c.entries;
    EXPECT_THAT(loaded.status().text(), HasSubstr(c.says));
    EXPECT_THAT(loaded.status().text(), HasSubstr("catalogue.xml"));
  }
  EXPECT_EQ(Catalogue::Load("/no/such/folder").code(), Code::kConfig);
}

TEST(Catalogue, BrokenSchemasAreToldOneByOne) {
  OwnCatalogue own(Entry(EditionEntry("1") + EditionEntry("2") + EditionEntry("3") +
                         EditionEntry("4") + EditionEntry("5") + EditionEntry("6")));
  own.Write("own_1.xsd", Edition("a"));
  own.Write("own_2.xsd", "<xs:schema");
  own.Write("own_3.xsd", OwnSchema("<xs:element name=\"r\" type=\"Unknown\"/>"));
  own.Write("own_4.xsd", OwnSchema("<xs:include schemaLocation=\"gone.xsd\"/>"));
  own.Write("own_5.xsd", OwnSchema("<xs:include schemaLocation=\"../../../../etc/hostname\"/>"));
  const Catalogue catalogue = own.Load();
  const auto reports = CheckSchemas(catalogue);
  ASSERT_EQ(reports.size(), 6u);
  EXPECT_TRUE(reports[0].usable.ok()) << reports[0].usable.text();
  for (std::size_t i = 1; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].usable.code(), Code::kConfig) << i;
    EXPECT_THAT(reports[i].usable.text(), HasSubstr(reports[i].file));
    EXPECT_EQ(reports[i].hash, "");
  }
  EXPECT_THAT(reports[3].usable.text(), HasSubstr("gone.xsd"));
  EXPECT_THAT(reports[4].usable.text(), HasSubstr("hostname"));

  const auto validator = Validator::Make(catalogue, {});
  EXPECT_EQ(validator->LoadEnabled().code(), Code::kConfig);
  EXPECT_EQ(validator->Check(Document("a"), {}).code(), Code::kConfig);
  EXPECT_TRUE(Check(Document("a"), {.edition = "1"}, *validator).valid);
}

TEST(Catalogue, APathThatLeadsNowhereIsTold) {
  OwnCatalogue own(Entry(EditionEntry("1") + EditionEntry("2"),
                         "<person path=\"v\"/>"
                         "<multipartnavn path=\"w/v\"/>"));
  own.Write("own_1.xsd", Edition("a"));
  own.Write("own_2.xsd", Edition("a"));
  const auto reports = CheckSchemas(own.Load());
  EXPECT_TRUE(reports[0].usable.ok());
  EXPECT_THAT(reports[1].usable.text(), HasSubstr("w/v"));
  own.Write("own_1.xsd", Changed(Edition("a"), "name=\"r\"", "name=\"q\""));
  EXPECT_THAT(CheckSchemas(own.Load())[0].usable.text(), HasSubstr("no root element r"));
}

}  // namespace
}  // namespace utboks::test
