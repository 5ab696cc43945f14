// The register's own files in place of the shipped ones: what is taken, what is
// refused, and that whatever happens one whole set is in use.
#include "producer/xml/schemas_install.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>

#include "producer/xml/schemas_check.h"
#include "queue/base/open_file.h"
#include "tests/support/published_folder.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/xml/documents.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PublishedFolder;

constexpr const char* kDeath = "MeldingOmDoedsfall_v1.0.xsd";
constexpr const char* kSignature = "DigitalSignatur.xsd";
constexpr const char* kSigned = "MeldingOmEndringAvPersonMedFoedselsnummer_v1.0.xsd";

// As XML Signature's schema has it.
constexpr const char* kDoctype = R"(<!DOCTYPE xs:schema
  PUBLIC "-//W3C//DTD XMLSchema 200102//EN" "http://www.w3.org/2001/XMLSchema.dtd"
 [
   <!ATTLIST xs:schema xmlns:ds CDATA #FIXED "http://www.w3.org/2000/09/xmldsig#">
   <!ENTITY dsig 'http://www.w3.org/2000/09/xmldsig#'>
   <!ENTITY % p ''>
   <!ENTITY % s ''>
 ]>
)";

std::string WithCrLf(const std::string& text) {
  std::string lines;
  for (const char c : text) lines += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return lines;
}

class SchemasInstall : public ::testing::Test {
 protected:
  Result<SchemasInstalled> Install() {
    return InstallSchemas(ShippedCatalogue(), published_.path(), place_);
  }
  void MustInstall() {
    const auto installed = Install();
    ASSERT_TRUE(installed.ok()) << installed.status().text();
  }
  // What documents are held against now.
  Catalogue InUse() const {
    const auto set = place_.Read();
    EXPECT_TRUE(set.ok()) << set.status().text();
    return ShippedCatalogue().With(set.ok() ? *set : nullptr);
  }
  // Tells one set from another; 0 when nothing is installed.
  std::size_t Sums() const {
    const auto set = place_.Read();
    EXPECT_TRUE(set.ok()) << set.status().text();
    return set.ok() && *set != nullptr ? std::hash<std::string>()((*set)->Sums()) : 0;
  }
  // Of the installed ones.
  static std::vector<std::string> Installed(const Catalogue& catalogue) {
    std::set<std::string> files;
    for (const SchemaReport& report : CheckSchemas(catalogue)) {
      EXPECT_TRUE(report.usable.ok()) << report.usable.text();
      if (report.set == SchemaSet::kInstalled) files.insert(report.file);
    }
    return {files.begin(), files.end()};
  }
  std::vector<std::string> SetFolders() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(place_.folder())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("set.")) names.push_back(name);
    }
    return names;
  }

  testing::TempDir home_;
  InstalledSchemas place_{home_.File("schemas")};
  PublishedFolder published_{SchemasDir()};
};

TEST_F(SchemasInstall, AllThatThereIsJudgesAsBefore) {
  const auto installed = Install();
  ASSERT_TRUE(installed.ok()) << installed.status().text();
  EXPECT_EQ(installed->contracts.size(), 26u);
  EXPECT_THAT(installed->shipped, IsEmpty());
  EXPECT_THAT(installed->left_out, IsEmpty());
  const Catalogue catalogue = InUse();
  EXPECT_EQ(Installed(catalogue).size(), 26u);
  const auto validator = Validator::Make(catalogue, {});
  ASSERT_TRUE(validator->LoadEnabled().ok());
  for (const auto& entry : fs::directory_iterator(SchemasDir() + "/examples")) {
    if (entry.is_directory()) continue;  // an example's attachments
    const std::string document = ReadFile(entry.path().string());
    const Checked checked = Check(document, {}, *validator);
    EXPECT_EQ(Briefs(checked), Briefs(Check(document))) << entry.path();
    EXPECT_FALSE(checked.edition.empty()) << entry.path();
  }
}

TEST_F(SchemasInstall, TheFilesMayBeAsTheyArePublished) {
  published_.Change(kSignature, "<xs:schema", std::string(kDoctype) + "<xs:schema");
  published_.Change(kSignature, "targetNamespace=\"http://www.w3.org/2000/09/xmldsig#\"",
                    "targetNamespace=\"&dsig;\"");
  published_.Change(kSigned, "\"../nyfolkeregisterperson/DigitalSignatur.xsd\"",
                    "\" http://www.w3.org/TR/xmldsig-core/DigitalSignatur.xsd\n\"");
  published_.Change("basic.xsd", "<xs:simpleType",
                    "<xs:import namespace=\"urn:none\"/>\n  <xs:simpleType");
  for (const std::string name : {kSignature, kSigned, kDeath}) {
    published_.Write(name, "\xEF\xBB\xBF" + WithCrLf(published_.Read(name)));
  }
  MustInstall();
  const Catalogue catalogue = InUse();
  const auto validator = Validator::Make(catalogue, {});
  EXPECT_TRUE(
      Check(Example("EndringAvPersonMedFoedselsnummer_v1.0"), {.schema_only = true}, *validator)
          .valid);
  EXPECT_TRUE(Check(Example("Doedsfall_v1.0"), {.edition = "1.0"}, *validator).valid);
  // Byte for byte what was published.
  EXPECT_EQ((*place_.Read())->Read(kSignature), published_.Read(kSignature));
}

TEST_F(SchemasInstall, AnExternalDtdIsNotRead) {
  const std::string trap = home_.File("trap.dtd");
  std::ofstream(trap) << "<!BROKEN";
  published_.Change("basic.xsd", "<xs:schema",
                    "<!DOCTYPE xs:schema SYSTEM '" + trap + "' [<!ENTITY a 'b'>]>\n<xs:schema");
  MustInstall();
}

TEST_F(SchemasInstall, ContractByContract) {
  published_.Keep({kDeath, "doedsfall.xsd", "basic.xsd", "foedselsnummer.xsd", "kommunenummer.xsd",
                   "innsending.xsd", "person.xsd"});
  published_.Write("les meg.txt", "not a schema");
  published_.Change("kommunenummer.xsd", "([0-9]){4}", "99[0-9]{2}");
  const auto installed = Install();
  ASSERT_TRUE(installed.ok()) << installed.status().text();
  ASSERT_EQ(installed->contracts.size(), 1u);
  EXPECT_EQ(installed->contracts[0].file, kDeath);
  EXPECT_EQ(installed->contracts[0].hash.size(), 64u);
  EXPECT_EQ(installed->shipped.size(), 25u);
  EXPECT_THAT(installed->left_out, ElementsAre("les meg.txt", "person.xsd"));
  const Catalogue catalogue = InUse();
  EXPECT_THAT(Installed(catalogue), ElementsAre(kDeath));
  EXPECT_EQ((*place_.Read())->files().size(), 6u) << "what is left out is not kept";

  const auto validator = Validator::Make(catalogue, {});
  const std::string document = Example("Doedsfall_v1.0");
  EXPECT_FALSE(Check(document, {.edition = "1.0"}, *validator).valid) << "the installed one";
  EXPECT_TRUE(Check(document, {.edition = "1.1"}, *validator).valid) << "the shipped one";
  EXPECT_EQ(Check(document, {}, *validator).edition, "1.2");
}

TEST_F(SchemasInstall, AShippedContractIncludesShippedFilesOnly) {
  // The shipped 1.0 includes 1.1.
  published_.Remove("Foedselsmelding_v1.0.xsd");
  published_.Change("Foedselsmelding_v1.1.xsd", "<xs:element name=\"foedselsmelding\"",
                    "<xs:element name=\"nytt\" type=\"xs:string\"/>\n"
                    "  <xs:element name=\"foedselsmelding\"");
  MustInstall();
  for (const SchemaReport& report : CheckSchemas(InUse())) {
    if (report.file != "Foedselsmelding_v1.0.xsd") continue;
    EXPECT_EQ(report.set, SchemaSet::kShipped);
    for (const SchemaReport& as_shipped : CheckSchemas(ShippedCatalogue())) {
      if (as_shipped.file != report.file) continue;
      EXPECT_EQ(report.hash, as_shipped.hash);
    }
  }
}

// The catalogue's word that an edition widens the one before is about shipped ones.
TEST_F(SchemasInstall, AnEditionThatNoLongerWidensSparesNothing) {
  published_.Keep({"MeldingOmDoedsfall_v1.1.xsd", "doedsfall.xsd", "basic.xsd",
                   "foedselsnummer.xsd", "kommunenummer.xsd", "innsending.xsd",
                   "innsender_doedsfall.xsd", "innsendertype_doedsfall_1.1.xsd"});
  for (const auto& entry : fs::directory_iterator(SchemasDir() + "/common")) {
    if (!fs::exists(published_.File(entry.path().filename().string()))) {
      fs::copy_file(entry.path(), published_.File(entry.path().filename().string()));
    }
  }
  published_.Change("kommunenummer.xsd", "([0-9]){4}", "99[0-9]{2}");
  MustInstall();
  const Catalogue catalogue = InUse();
  ASSERT_THAT(Installed(catalogue), ElementsAre("MeldingOmDoedsfall_v1.1.xsd"));
  const auto production = Validator::Make(catalogue, {.production = true, .limits = {}});
  const CheckRequest schema_only = {.schema_only = true};
  const Checked checked = Check(Example("Doedsfall_v1.0"), schema_only, *production);
  EXPECT_TRUE(checked.valid) << "1.1 refuses it, 1.0 does not";
  EXPECT_EQ(checked.edition, "1.0");
}

TEST_F(SchemasInstall, WhatIsWrongIsRefusedAndNothingChanges) {
  struct Row {
    const char* what;
    std::function<void(const PublishedFolder&)> spoil;
    Code code;
    std::vector<const char*> says;
  };
  const std::vector<Row> rows = {
      {"an include that is not there, though a shipped file has its name",
       [](const PublishedFolder& p) { p.Remove("doedsfall.xsd"); },
       Code::kInvalid,
       {kDeath, "doedsfall.xsd, which is not there"}},
      {"an include of an include",
       [](const PublishedFolder& p) { p.Remove("kommunenummer.xsd"); },
       Code::kInvalid,
       {"names kommunenummer.xsd, which is not there"}},
      {"an import by address",
       [](const PublishedFolder& p) {
         p.Change(kSigned, "../nyfolkeregisterperson/DigitalSignatur.xsd",
                  "http://www.w3.org/TR/xmldsig-core-schema.xsd");
       },
       Code::kInvalid,
       {kSigned, "names xmldsig-core-schema.xsd, which is not there"}},
      {"another root element",
       [](const PublishedFolder& p) {
         p.Change(kDeath, "element name=\"meldingOmDoedsfall\"", "element name=\"melding\"");
       },
       Code::kInvalid,
       {kDeath, "root element meldingOmDoedsfall"}},
      {"another namespace",
       [](const PublishedFolder& p) {
         p.Change(kDeath, "targetNamespace=\"folkeregisteret:melding:doedsfall:v1\"",
                  "targetNamespace=\"folkeregisteret:melding:doedsfall:v2\"");
         p.Change(kDeath, "xmlns=\"folkeregisteret:melding:doedsfall:v1\"",
                  "xmlns=\"folkeregisteret:melding:doedsfall:v2\"");
       },
       Code::kInvalid,
       {kDeath, "namespace folkeregisteret:melding:doedsfall:v1"}},
      {"an element that is read, under another name",
       [](const PublishedFolder& p) {
         p.Change("doedsfall.xsd", "element name=\"foedselsnummer\"", "element name=\"nummer\"");
       },
       Code::kInvalid,
       {kDeath, "forespoersel/doedPerson/foedselsnummer"}},
      {"no schema",
       [](const PublishedFolder& p) { p.Write(kDeath, "<html><body>404</body></html>"); },
       Code::kInvalid,
       {kDeath, "holds no schema"}},
      {"half a schema",
       [](const PublishedFolder& p) {
         p.Write(kDeath, p.Read(kDeath).substr(0, p.Read(kDeath).size() / 2));
       },
       Code::kInvalid,
       {kDeath}},
      {"nothing in the file",
       [](const PublishedFolder& p) { p.Write(kDeath, ""); },
       Code::kInvalid,
       {kDeath}},
      {"a type that is not there",
       [](const PublishedFolder& p) { p.Change(kDeath, "type=\"Tekst\"", "type=\"Ukjent\""); },
       Code::kInvalid,
       {kDeath, "Ukjent"}},
      {"an external entity",
       [](const PublishedFolder& p) {
         p.Change("basic.xsd", "<xs:schema",
                  "<!DOCTYPE xs:schema [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>\n<xs:schema");
       },
       Code::kInvalid,
       {"basic.xsd", "outside the file"}},
      {"a billion laughs",
       [](const PublishedFolder& p) {
         std::string laughs = "<!ENTITY a0 'ha'>";
         for (int i = 1; i < 30; ++i) {
           const std::string before = "&a" + std::to_string(i - 1) + ";";
           laughs += "<!ENTITY a" + std::to_string(i) + " '" + before + before + before + "'>";
         }
         p.Change("basic.xsd", "<xs:schema", "<!DOCTYPE xs:schema [" + laughs + "]>\n<xs:schema");
         p.Change("basic.xsd", "texts and times", "&a29;");
       },
       Code::kInvalid,
       {"basic.xsd", "references"}},
      {"a file that is too large",
       [](const PublishedFolder& p) {
         p.Write("stor.xsd", std::string(PublishedSchemas::kMaxFile + 1, ' '));
       },
       Code::kInvalid,
       {"stor.xsd", "larger than 2 MiB"}},
      {"too much in all",
       [](const PublishedFolder& p) {
         for (int i = 0; i < 17; ++i) {
           p.Write("stor" + std::to_string(i) + ".xsd",
                   std::string(PublishedSchemas::kMaxFile, ' '));
         }
       },
       Code::kInvalid,
       {"more than 32 MiB"}},
      {"too many files",
       [](const PublishedFolder& p) {
         for (std::size_t i = 0; i < PublishedSchemas::kMaxFiles; ++i) {
           p.Write(std::to_string(i) + ".txt", "");
         }
       },
       Code::kInvalid,
       {"more than 256 files"}},
      {"a subfolder",
       [](const PublishedFolder& p) { fs::create_directory(p.File("nyfolkeregisterperson")); },
       Code::kInvalid,
       {"nyfolkeregisterperson is a folder", "flat"}},
      {"a symbolic link",
       [](const PublishedFolder& p) {
         p.Remove(kDeath);
         fs::create_symlink(SchemasDir() + "/" + kDeath, p.File(kDeath));
       },
       Code::kInvalid,
       {kDeath, "symbolic link"}},
      {"a pipe",
       [](const PublishedFolder& p) { ASSERT_EQ(mkfifo(p.File("a.xsd").c_str(), 0600), 0); },
       Code::kInvalid,
       {"a.xsd", "no regular file"}},
      {"no contract at all",
       [](const PublishedFolder& p) {
         p.Keep({"basic.xsd", kSignature});
       },
       Code::kInvalid,
       {"no file in", "schemas list"}},
      {"nothing at all",
       [](const PublishedFolder& p) { p.Keep({}); },
       Code::kInvalid,
       {"no file in"}},
  };
  published_.Keep({"MeldingOmSeparasjon_v1.0.xsd"});
  for (const auto& entry : fs::directory_iterator(SchemasDir() + "/common")) {
    fs::copy_file(entry.path(), published_.File(entry.path().filename().string()));
  }
  MustInstall();
  const std::size_t before = Sums();
  for (const Row& row : rows) {
    const PublishedFolder spoilt(SchemasDir());
    row.spoil(spoilt);
    const auto refused = InstallSchemas(ShippedCatalogue(), spoilt.path(), place_);
    EXPECT_EQ(refused.code(), row.code) << row.what;
    for (const char* says : row.says) {
      EXPECT_THAT(refused.status().text(), HasSubstr(says)) << row.what;
    }
    EXPECT_THAT(refused.status().text(), Not(HasSubstr("\n"))) << row.what;
    EXPECT_EQ(Sums(), before) << row.what;
    EXPECT_EQ(SetFolders().size(), 1u) << row.what;
  }
}

TEST_F(SchemasInstall, AFolderThatIsNotThereCannotBeRead) {
  const auto refused = InstallSchemas(ShippedCatalogue(), home_.File("none"), place_);
  EXPECT_EQ(refused.code(), Code::kUnreadable);
  EXPECT_THAT(refused.status().text(), HasSubstr("none"));
  const auto file = InstallSchemas(ShippedCatalogue(), SchemasDir() + "/catalogue.xml", place_);
  EXPECT_EQ(file.code(), Code::kUnreadable);
  EXPECT_FALSE(fs::exists(place_.folder()));
}

TEST_F(SchemasInstall, AgainReplacesTheSetWhole) {
  MustInstall();
  const std::size_t whole = Sums();
  published_.Remove(kDeath);
  published_.Change("basic.xsd", "4000", "3999");
  MustInstall();
  EXPECT_NE(Sums(), whole);
  EXPECT_EQ(SetFolders().size(), 1u) << "the one before is gone";
  const auto set = *place_.Read();
  EXPECT_FALSE(set->Has(kDeath));
  EXPECT_EQ(set->Read("basic.xsd"), published_.Read("basic.xsd"));
  EXPECT_EQ(InUse().SetOf(ShippedCatalogue().Find("doedsfall_v1")->editions[0]),
            SchemaSet::kShipped);
}

TEST_F(SchemasInstall, ThereIsAWayBack) {
  EXPECT_FALSE(*place_.Remove()) << "nothing was installed";
  MustInstall();
  EXPECT_TRUE(*place_.Remove());
  EXPECT_EQ(Sums(), 0u);
  EXPECT_THAT(SetFolders(), IsEmpty());
  EXPECT_THAT(Installed(InUse()), IsEmpty());
  EXPECT_FALSE(*place_.Remove());
  MustInstall();
  EXPECT_EQ(Installed(InUse()).size(), 26u);
}

TEST_F(SchemasInstall, WhatACrashLeavesIsNeverUsedAndGoes) {
  // Died before the link was made: no set is in use.
  fs::create_directories(place_.folder() + "/set.abcdef");
  fs::copy_file(published_.File(kDeath), place_.folder() + "/set.abcdef/" + kDeath);
  fs::create_symlink("set.abcdef", place_.folder() + "/current.new");
  EXPECT_EQ(Sums(), 0u);
  MustInstall();
  const std::size_t installed = Sums();
  EXPECT_EQ(SetFolders().size(), 1u);
  EXPECT_FALSE(fs::is_symlink(fs::symlink_status(place_.folder() + "/current.new")));
  // Died before the old set was removed.
  fs::create_directories(place_.folder() + "/set.ghijkl");
  EXPECT_EQ(Sums(), installed);
  EXPECT_TRUE(*place_.Remove());
  EXPECT_THAT(SetFolders(), IsEmpty());
}

TEST_F(SchemasInstall, ASetThatIsNotWhatWasInstalledIsNotUsed) {
  const std::vector<std::pair<const char*, std::function<void(const std::string&)>>> harms = {
      {"a file changed", [](const std::string& set) { std::ofstream(set + kDeath) << " "; }},
      {"a file gone", [](const std::string& set) { fs::remove(set + kDeath); }},
      {"a file more", [](const std::string& set) { std::ofstream(set + "x.xsd") << " "; }},
      {"a link", [](const std::string& set) { fs::create_symlink(kDeath, set + "x.xsd"); }},
      {"no sums", [](const std::string& set) { fs::remove(set + "SHA256SUMS"); }},
      {"the set gone",
       [](const std::string& set) { fs::remove_all(fs::canonical(fs::path(set).parent_path())); }},
  };
  for (const auto& [what, harm] : harms) {
    MustInstall();
    harm(place_.folder() + "/current/");
    const auto read = place_.Read();
    EXPECT_EQ(read.code(), Code::kConfig) << what;
    EXPECT_THAT(read.status().text(), HasSubstr("--shipped")) << what;
  }
  MustInstall();
  EXPECT_EQ(Installed(InUse()).size(), 26u) << "installing mends it";
}

TEST_F(SchemasInstall, OneChangeAtATime) {
  MustInstall();
  const std::size_t before = Sums();
  {
    const OpenFile other(open(place_.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(flock(other.fd(), LOCK_EX), 0);
    published_.Remove(kDeath);
    EXPECT_EQ(Install().code(), Code::kBusy);
    EXPECT_EQ(place_.Remove().code(), Code::kBusy);
    EXPECT_EQ(Sums(), before) << "readers wait for nobody";
  }
  MustInstall();
  EXPECT_NE(Sums(), before);
}

TEST_F(SchemasInstall, AFolderThatCannotBeWrittenIsTold) {
  for (const std::string& folder :
       {std::string(), home_.File("no/such/parent"), published_.File(kDeath)}) {
    const InstalledSchemas place(folder);
    const auto refused = InstallSchemas(ShippedCatalogue(), published_.path(), place);
    EXPECT_EQ(refused.code(), Code::kConfig) << folder;
    EXPECT_THAT(refused.status().text(), HasSubstr("[schemas] directory")) << folder;
  }
  EXPECT_EQ(*InstalledSchemas("").Read(), nullptr);
  EXPECT_FALSE(*InstalledSchemas("").Remove());
}

TEST_F(SchemasInstall, EveryUserMayReadWhatIsInstalled) {
  const mode_t before = umask(0077);
  MustInstall();
  umask(before);
  for (const std::string path : {"", "/current", "/current/SHA256SUMS"}) {
    const auto mode = fs::status(place_.folder() + path).permissions();
    EXPECT_NE(mode & fs::perms::others_read, fs::perms::none) << path;
    EXPECT_EQ(mode & fs::perms::others_write, fs::perms::none) << path;
  }
}

// A reader that comes at any moment finds one of the sets, whole.
TEST_F(SchemasInstall, ReadersFindOneSetOrTheOther) {
  const auto all = *PublishedSchemas::Load(published_.path());
  const auto one = all->Only({kDeath, "basic.xsd"});
  const auto other = all->Only({kSignature});
  ASSERT_TRUE(place_.Replace(*one).ok());
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  std::atomic<int> odd{0};
  std::thread reader([&] {
    while (!done) {
      const auto set = place_.Read();
      // Busy is an answer too, should it be replaced faster than it can be read.
      if (!set.ok() && set.code() == Code::kBusy) continue;
      const std::string sums = set.ok() && *set != nullptr ? (*set)->Sums() : "none";
      if (sums != one->Sums() && sums != other->Sums()) ++odd;
      ++reads;
    }
  });
  for (int i = 0; i < 40 || reads < 40; ++i) {
    EXPECT_TRUE(place_.Replace(i % 2 == 0 ? *other : *one).ok());
  }
  done = true;
  reader.join();
  EXPECT_EQ(odd, 0);
}

}  // namespace
}  // namespace utboks::test
