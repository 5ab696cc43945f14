// What the validator answers as a whole: which edition, which resource, what is
// read out, and what is asked beyond the schema.
#include "producer/xml/validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "producer/xml/schemas_check.h"
#include "tests/unit/xml/documents.h"

namespace utboks::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Shipped {
  std::string_view name, ressurs, production_edition;  // "" = not in production
};
constexpr Shipped kShipped[] = {
    {"Doedsfall_v1.0", "doedsfall_v1", "1.1"},
    {"Doedsfall_v1.1", "doedsfall_v1", "1.1"},
    {"Doedsfall_v1.2", "doedsfall_v1", ""},
    {"AnnulleringAvDoedsfall_v1.0", "annullering_av_doedsfall_v1", "1.1"},
    {"AnnulleringAvDoedsfall_v1.1", "annullering_av_doedsfall_v1", "1.1"},
    {"AnnulleringAvDoedsfall_v1.2", "annullering_av_doedsfall_v1", ""},
};

TEST(Validator, EveryShippedExampleIsAMessageInTest) {
  for (const Shipped& shipped : kShipped) {
    const Checked checked = Check(Example(shipped.name));
    EXPECT_TRUE(checked.valid) << shipped.name;
    EXPECT_EQ(checked.ressurs, shipped.ressurs);
    EXPECT_EQ(checked.edition, "1.2") << "the newest that is enabled and accepts";
    EXPECT_EQ(checked.schema_hash.size(), 64u);
    EXPECT_THAT(checked.violations, IsEmpty());
    EXPECT_EQ(checked.more, 0u);
  }
}

// A file's name is its contract's, with a remark behind it where a contract has two.
std::string ContractOf(const std::filesystem::path& example) {
  const std::string stem = example.stem().string();
  return stem.substr(0, stem.find_first_not_of("0123456789.", stem.find_first_of("123456789"))) +
         ".xsd";
}

// The edition whose schema is in `file`; the resource's name in *ressurs.
std::string EditionIn(const std::string& file, std::string* ressurs) {
  for (const auto* entries : {&ShippedCatalogue().ressurser(), &ShippedCatalogue().hendelser()}) {
    for (const Ressurs& entry : *entries) {
      for (const Edition& edition : entry.editions) {
        if (edition.file != file) continue;
        *ressurs = entry.name;
        return edition.name;
      }
    }
  }
  ADD_FAILURE() << "no edition in " << file;
  return "";
}

TEST(Validator, EveryContractHasAnExample) {
  std::set<std::string> contracts;
  std::set<std::string> identifiers;
  for (const char* const folder : {"schemas/examples", "tests/data/unsent"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(UTBOKS_SOURCE_DIR "/") + folder)) {
      if (entry.is_directory()) continue;  // an example's attachments
      const std::string file = ContractOf(entry.path());
      std::string ressurs;
      const std::string edition = EditionIn(file, &ressurs);
      const Checked checked = Check(ReadFile(entry.path()), {.edition = edition});
      for (const Violation& violation : checked.violations) {
        EXPECT_EQ(violation.rule, "attachment-missing") << entry.path();
      }
      EXPECT_EQ(checked.ressurs, ressurs) << entry.path();
      EXPECT_EQ(checked.edition, edition);
      contracts.insert(file);
      const auto& identifikator = checked.extract.identifikator.reveal();
      if (!ressurs.starts_with("Hendelser")) {
        EXPECT_TRUE(identifiers.insert(identifikator).second) << entry.path() << " has another's";
      }
    }
  }
  std::set<std::string> shipped;
  for (const SchemaReport& report : CheckSchemas(ShippedCatalogue())) shipped.insert(report.file);
  EXPECT_EQ(contracts, shipped);
}

TEST(Validator, ProductionTakesOnlyWhatIsInProduction) {
  for (const Shipped& shipped : kShipped) {
    // The examples' persons are synthetic: only the schema lets them into production.
    const Checked checked =
        Check(Example(shipped.name), {.schema_only = true}, ShippedValidator(true));
    EXPECT_EQ(checked.valid, !shipped.production_edition.empty()) << shipped.name;
    EXPECT_EQ(checked.edition, "1.1") << "whose violations these are, or that accepted it";
  }
}

TEST(Validator, ReadsOutWhatTheCatalogueNames) {
  const Checked death = Check(Unsent("Doedsfall_v1.2_med_vedlegg"));
  EXPECT_EQ(death.extract.identifikator.reveal(), "3f0c2a5e-0000-4000-8000-000000000109");
  EXPECT_EQ(death.extract.saksreferanse.reveal(), "2024/77");
  ASSERT_EQ(death.extract.persons.size(), 1u) << "not the innsender";
  EXPECT_EQ(death.extract.persons[0].reveal(), "21873816357");
  ASSERT_EQ(death.extract.attachments.size(), 1u);
  EXPECT_EQ(death.extract.attachments[0].reveal(), "legeerklaering.pdf");

  const Checked annulment = Check(Example("AnnulleringAvDoedsfall_v1.0"));
  EXPECT_EQ(annulment.extract.identifikator.reveal(), "3f0c2a5e-0000-4000-8000-000000000104");
  ASSERT_EQ(annulment.extract.persons.size(), 1u);
  EXPECT_EQ(annulment.extract.persons[0].reveal(), "21873816357");
}

TEST(Validator, ReadsOutTextAsTheParserSeesIt) {
  const std::string document = Changed(Example("Doedsfall_v1.0"), ">2024/77<",
                                       "> a&amp;b<![CDATA[<ø>]]><!-- c -->&#x1F600;\t<");
  EXPECT_EQ(Check(document).extract.saksreferanse.reveal(), " a&b<ø>\xF0\x9F\x98\x80\t");
}

TEST(Validator, ReadsNothingOutOfOtherNamespaces) {
  const std::string document = Changed(Example("Doedsfall_v1.0"), "<kildesystem>",
                                       "<x:avsendersMeldingsidentifikator xmlns:x='urn:x'>other</"
                                       "x:avsendersMeldingsidentifikator><kildesystem>");
  const Checked checked = Check(document);
  EXPECT_FALSE(checked.valid);
  EXPECT_EQ(checked.extract.identifikator.reveal(), "3f0c2a5e-0000-4000-8000-000000000107");
}

TEST(Validator, TheResourceAskedForDecides) {
  const std::string death = Example("Doedsfall_v1.0");
  EXPECT_TRUE(Check(death, {.ressurs = "doedsfall_v1"}).valid);
  const Checked other = Check(death, {.ressurs = "annullering_av_doedsfall_v1"});
  EXPECT_THAT(Briefs(other), ElementsAre("root-element 2 /*"));
  EXPECT_THAT(other.violations[0].text, HasSubstr("meldingOmAnnulleringAvDoedsfall"));
  EXPECT_EQ(other.ressurs, "annullering_av_doedsfall_v1");
}

TEST(Validator, AnUnknownResourceIsAWrongCommand) {
  const auto checked =
      ShippedValidator().Check(Example("Doedsfall_v1.0"), {.ressurs = "doedsfal_v1"});
  EXPECT_EQ(checked.code(), Code::kUsage);
  const auto edition = ShippedValidator().Check(Example("Doedsfall_v1.0"), {.edition = "1.3"});
  EXPECT_EQ(edition.code(), Code::kUsage);
}

TEST(Validator, TheRootElementMustBeTheContracts) {
  const std::string death = Example("Doedsfall_v1.0");
  const auto brief = [](const std::string& document) {
    const Checked checked = Check(document, {.ressurs = "doedsfall_v1"});
    return Briefs(checked);
  };
  EXPECT_THAT(brief(Changed(death, "doedsfall:v1", "doedsfall:v2")),
              ElementsAre("root-element 2 /meldingOmDoedsfall"));
  EXPECT_THAT(brief(Changed(death, " xmlns=\"folkeregisteret:melding:doedsfall:v1\"", "")),
              ElementsAre("root-element 2 /meldingOmDoedsfall"));
  EXPECT_THAT(brief("<html><body/></html>"), ElementsAre("root-element 1 /*"));
  // A prefix, and character references in the namespace, are the same name.
  const std::string prefixed =
      "<d:meldingOmDoedsfall xmlns:d='folkeregisteret&#58;melding&#x3A;doedsfall:v1'/>";
  EXPECT_THAT(brief(prefixed), ElementsAre("element-missing 1 /meldingOmDoedsfall",
                                           "identifier-missing 1 /meldingOmDoedsfall/innsending/"
                                           "avsendersMeldingsidentifikator"));
  const Checked unknown = Check("<a xmlns='urn:b'/>");
  EXPECT_THAT(Briefs(unknown), ElementsAre("root-element 1 /*"));
  EXPECT_EQ(unknown.ressurs, "");
}

TEST(Validator, AnEditionAskedForIsTheOnlyOneTried) {
  const std::string newer = Example("Doedsfall_v1.1");
  const Checked old = Check(newer, {.edition = "1.0"});
  EXPECT_THAT(Briefs(old), ElementsAre("element-unexpected 21 "
                                       "/meldingOmDoedsfall/forespoersel/*"));
  EXPECT_EQ(old.edition, "1.0");
  EXPECT_TRUE(Check(newer, {.edition = "1.1"}).valid);
  // What the environment does not enable may be asked for.
  const std::string newest = Example("Doedsfall_v1.2");
  EXPECT_TRUE(Check(newest, {.edition = "1.2", .schema_only = true}, ShippedValidator(true)).valid);
  EXPECT_THAT(Briefs(Check(newest, {.edition = "1.1"})),
              ElementsAre("element-unexpected 32 /meldingOmDoedsfall/forespoersel/*"));
}

TEST(Validator, EditionsDifferByWhatTheyList) {
  // In production since 1.1; 1.0 does not know it, 1.2 adds nav.
  const std::string police = Changed(Example("Doedsfall_v1.0"), "helse", "lensmannskontor");
  EXPECT_FALSE(Check(police, {.edition = "1.0"}).valid);
  EXPECT_TRUE(Check(police, {.edition = "1.1"}).valid);
  const std::string nav = Changed(Example("Doedsfall_v1.0"), "helse", "nav");
  EXPECT_FALSE(Check(nav, {.edition = "1.1"}).valid);
  EXPECT_TRUE(Check(nav, {.edition = "1.2"}).valid);
  EXPECT_FALSE(Check(nav, {}, ShippedValidator(true)).valid);
  // An annulment's 1.0 has it from the start.
  const std::string annulment =
      Changed(Example("AnnulleringAvDoedsfall_v1.0"), "helse", "lensmannskontor");
  EXPECT_TRUE(Check(annulment, {.edition = "1.0"}).valid);
}

// 1.1 has this type under another name, so it does not take what 1.0 does.
TEST(Validator, ADocumentThatNamesATypeIsHeldAgainstEachEdition) {
  const std::string named = Changed(Example("Doedsfall_v1.0"), "<kilde>",
                                    "<kilde xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
                                    "xsi:type='KildeForMeldingOmDoedsfall'>");
  EXPECT_THAT(Briefs(Check(named, {.edition = "1.1"})), ElementsAre(StartsWith("xsi-type")));
  const Checked checked = Check(named);
  EXPECT_TRUE(checked.valid);
  EXPECT_EQ(checked.edition, "1.0");
}

TEST(Validator, TheHashIsThatOfTheEdition) {
  const std::string document = Example("Doedsfall_v1.0");
  const std::string one = Check(document, {.edition = "1.0"}).schema_hash;
  const std::string two = Check(document, {.edition = "1.1"}).schema_hash;
  EXPECT_NE(one, two);
  EXPECT_EQ(one, Check(document, {.edition = "1.0"}).schema_hash);
}

TEST(Validator, AMissingOrBlankIdentifierIsRefused) {
  const std::string death = Example("Doedsfall_v1.0");
  const std::string id = "3f0c2a5e-0000-4000-8000-000000000107";
  const std::string missing =
      "identifier-missing 4 /meldingOmDoedsfall/innsending/avsendersMeldingsidentifikator";
  for (const std::string& blank : {std::string(), std::string("  \t\n"), std::string("&#xA0;"),
                                   std::string("\xE2\x80\xAF<!-- -->\xE3\x80\x80")}) {
    const std::string document = Changed(death, id, blank);
    EXPECT_THAT(Briefs(Check(document)), ElementsAre(missing));
    EXPECT_TRUE(Check(document, {.schema_only = true}).valid) << "the schema allows it";
  }
  EXPECT_TRUE(Check(Changed(death, id, " . ")).valid);
  const std::string without = Changed(
      death, "<avsendersMeldingsidentifikator>" + id + "</avsendersMeldingsidentifikator>", "");
  EXPECT_THAT(Briefs(Check(without)),
              ElementsAre("identifier-missing 2 "
                          "/meldingOmDoedsfall/innsending/avsendersMeldingsidentifikator",
                          "element-unexpected 5 "
                          "/meldingOmDoedsfall/innsending/avsendersInnsendingstidspunkt"));
}

TEST(Validator, ADocumentThatNamesAttachmentsIsRefused) {
  const std::string document =
      Changed(Unsent("Doedsfall_v1.2_med_vedlegg"), "</vedlegg>",
              "</vedlegg><vedlegg><multipartnavn>b.pdf</multipartnavn></vedlegg>");
  const std::string path = " /meldingOmDoedsfall/forespoersel/vedlegg/multipartnavn";
  EXPECT_THAT(Briefs(Check(document)),
              ElementsAre("attachment-missing 38" + path, "attachment-missing 39" + path));
  EXPECT_TRUE(Check(document, {.schema_only = true}).valid);
}

TEST(Validator, SchemaOnlyStillKeepsTheDoor) {
  const std::string document =
      Changed(Example("Doedsfall_v1.0"), "<meldingOm", "<!DOCTYPE meldingOmDoedsfall><meldingOm");
  EXPECT_THAT(Briefs(Check(document, {.schema_only = true})), ElementsAre("doctype 2 "));
}

TEST(Validator, ViolationsOfTheSchemaAndOfMeaningComeTogether) {
  std::string document = Unsent("Doedsfall_v1.2_med_vedlegg");
  document = Changed(document, "3f0c2a5e-0000-4000-8000-000000000109", " ");
  document = Changed(document, "<kommune>5501<", "<kommune>55x1<");
  EXPECT_THAT(
      Briefs(Check(document)),
      ElementsAre("identifier-missing 4 "
                  "/meldingOmDoedsfall/innsending/avsendersMeldingsidentifikator",
                  "pattern 17 /meldingOmDoedsfall/forespoersel/doedPerson/doedssted/kommune",
                  "attachment-missing 38 "
                  "/meldingOmDoedsfall/forespoersel/vedlegg/multipartnavn"));
}

TEST(Validator, AtMostAHundredViolationsAndTheNumberOfTheRest) {
  std::string many;
  for (int i = 0; i < 150; ++i) many += "<vedlegg><multipartnavn/><feil/></vedlegg>\n";
  const std::string document =
      Changed(Example("Doedsfall_v1.2"), "</forespoersel>", many + "</forespoersel>");
  const Checked checked = Check(document, {.schema_only = true});
  EXPECT_FALSE(checked.valid);
  ASSERT_EQ(checked.violations.size(), 100u);
  EXPECT_EQ(checked.more, 50u);
  for (const Violation& violation : checked.violations) {
    EXPECT_EQ(violation.rule, "element-unexpected");
    EXPECT_EQ(violation.path, "/meldingOmDoedsfall/forespoersel/vedlegg/*");
  }
  EXPECT_EQ(checked.violations[0].line, 36);
  EXPECT_EQ(checked.violations[99].line, 135);
}

// A number that is warned of, 150 times, and in the last place one that is wrong.
TEST(Validator, WarningsNeverHideAnError) {
  const std::string example = ReadFile(SchemasDir() + "/examples/MeldingOmInnflytting_v1.0.xml");
  const std::string relation =
      "<familierelasjon><foedselsEllerDNummer>15507600333</foedselsEllerDNummer>"
      "<relatertPersonsRolle>soesken</relatertPersonsRolle>"
      "<erPaastandsbasert>false</erPaastandsbasert></familierelasjon>\n";
  std::string many;
  for (int i = 0; i < 150; ++i) many += relation;
  const std::string warned = Changed(example, "<opphold>", many + "<opphold>");
  ValidatorSettings settings;
  settings.meaning.same_person_twice = Severity::kOff;
  const auto validator = Validator::Make(ShippedCatalogue(), settings);
  const Checked valid = Check(warned, {}, *validator);
  EXPECT_TRUE(valid.valid);
  EXPECT_EQ(valid.violations.size(), 100u);
  EXPECT_EQ(valid.more, 50u);

  const Checked refused =
      Check(Changed(warned, "<opphold>", Changed(relation, "0333", "0334") + "<opphold>"), {},
            *validator);
  EXPECT_FALSE(refused.valid);
  ASSERT_EQ(refused.violations.size(), 100u);
  EXPECT_EQ(refused.more, 51u);
  EXPECT_EQ(refused.violations[98].rule, "hospital-number");
  EXPECT_EQ(refused.violations[99].rule, "person-number") << "the last in the document";
}

TEST(Validator, ReadsOutThePersonsOfEveryResource) {
  const auto persons = [](const std::string& file) {
    return Check(ReadFile(SchemasDir() + "/examples/" + file)).extract.persons.size();
  };
  EXPECT_EQ(persons("RekvisisjonAvDNummer_5.0.xml"), 0u) << "nobody has a number yet";
  EXPECT_EQ(persons("Foedselsmelding_v1.0.xml"), 0u);
  EXPECT_EQ(persons("Foedselsmelding_v1.1.xml"), 2u) << "the parents, not the midwife";
  EXPECT_EQ(persons("MeldingOmEndringAvPersonMedDNummer_v2.0.xml"), 1u);
  EXPECT_EQ(persons("MeldingOmEndringAvPersonMedDNummer_v3.0.xml"), 1u);
  EXPECT_EQ(persons("MeldingOmEndringAvPersonMedFoedselsnummer_v1.0.xml"), 1u);
  EXPECT_EQ(persons("MeldingOmFlyttingFraPosten_v1.0.xml"), 2u) << "not who hands it in";
  EXPECT_EQ(persons("MeldingOmInnflytting_v1.0.xml"), 1u) << "the relative";
  EXPECT_EQ(persons("MeldingOmKontaktopplysningerForDoedsbo_v1.0.xml"), 1u);
  EXPECT_EQ(persons("MeldingOmRegistreringAvFarskap_v1.0.xml"), 3u);
  EXPECT_EQ(persons("MeldingOmSeparasjon_v1.0.xml"), 1u);
  EXPECT_EQ(persons("MeldingOmSkilsmisse_v1.0.xml"), 2u);
  EXPECT_EQ(persons("MeldingOmVigsel_v1.0.xml"), 1u);
}

TEST(Validator, LoadsWhatTheEnvironmentEnables) {
  EXPECT_TRUE(ShippedValidator().LoadEnabled().ok());
  EXPECT_TRUE(ShippedValidator(true).LoadEnabled().ok());
}

}  // namespace
}  // namespace utboks::test
