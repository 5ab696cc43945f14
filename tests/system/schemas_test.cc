// The register's own contracts, installed in place of the shipped ones, through the
// program alone: everything that judges a document judges by them, and there is a way
// back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/log_watch.h"
#include "tests/support/published_folder.h"
#include "tests/system/agency.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Schemas : public ::testing::Test {
 protected:
  // Whoever the letters are from may not hand in any more.
  void Tighten() {
    for (const char* file :
         {"innsendertype_doedsfall_1.1.xsd", "innsendertype_doedsfall_1.2.xsd"}) {
      published_.Change(file, "<xs:enumeration value=\"helse\"/>", "");
    }
  }
  Finished Install() { return agency_.Run({"schemas", "install", published_.path()}); }
  // What `schemas check` says of an edition's file.
  std::map<std::string, Json> Check(int code = 0) {
    std::map<std::string, Json> files;
    for (const Json& line : agency_.Ask({"schemas", "check"}, code)) {
      files[Get(line, "file")] = line;
    }
    return files;
  }
  std::map<std::string, int> CountOfSets() {
    std::map<std::string, int> sets;
    for (const auto& [file, line] : Check()) ++sets[Get(line, "set")];
    return sets;
  }

  PublishedFolder published_{UTBOKS_SOURCE_DIR "/schemas"};
  Agency agency_;
};

using Sets = std::map<std::string, int>;

TEST_F(Schemas, TheInstalledOnesJudgeAndThereIsAWayBack) {
  const std::string letter = agency_.Letter(1);
  EXPECT_EQ(agency_.Run({"validate", letter}).code(), 0);
  EXPECT_EQ(CountOfSets(), (Sets{{"shipped", 26}}));
  EXPECT_THAT(agency_.Run({"doctor"}).out, HasSubstr("all as shipped"));
  const std::string hash = Get(Check()["MeldingOmDoedsfall_v1.2.xsd"], "hash");

  Tighten();
  published_.Remove("MeldingOmVigsel_v1.0.xsd");
  published_.Write("Persondokument_v1.0.xsd", "a contract for others");
  published_.Write("LES MEG.txt", "no contract");
  const Finished installed = Install();
  ASSERT_EQ(installed.code(), 0) << installed.err;
  EXPECT_THAT(installed.out, HasSubstr("25 contracts"));
  EXPECT_THAT(installed.out, HasSubstr("as shipped: MeldingOmVigsel_v1.0.xsd\n"));
  EXPECT_THAT(installed.out, HasSubstr("needs it: Persondokument_v1.0.xsd\n"));
  EXPECT_THAT(installed.out, HasSubstr("needs it: LES MEG.txt\n"));
  EXPECT_THAT(installed.out, HasSubstr("restart it"));

  EXPECT_EQ(CountOfSets(), (Sets{{"shipped", 1}, {"installed", 25}}));
  auto files = Check();
  EXPECT_EQ(Get(files["MeldingOmVigsel_v1.0.xsd"], "set"), "shipped");
  EXPECT_NE(Get(files["MeldingOmDoedsfall_v1.2.xsd"], "hash"), hash);
  EXPECT_THAT(agency_.Run({"schemas", "check"}).out, HasSubstr(" installed "));
  EXPECT_THAT(agency_.Run({"doctor"}).out, HasSubstr("as installed"));

  const std::vector<Json> refused = agency_.Ask({"validate", letter}, 1);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(Get(refused[0]->getArray("violations")->getObject(0), "path"), HasSubstr("kilde"));
  EXPECT_EQ(agency_.Run({"enqueue", "--ressurs", "doedsfall_v1", letter}).code(), 1);
  EXPECT_TRUE(agency_.States().empty());

  const Finished back = agency_.Run({"schemas", "install", "--shipped"});
  ASSERT_EQ(back.code(), 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr("restart it"));
  EXPECT_EQ(CountOfSets(), (Sets{{"shipped", 26}}));
  EXPECT_EQ(agency_.Run({"validate", letter}).code(), 0);
  EXPECT_THAT(agency_.Run({"schemas", "install", "--shipped"}).out,
              HasSubstr("nothing was installed"));
}

TEST_F(Schemas, TheJsonTellsTheSame) {
  published_.Write("annet.xsd", "");
  const std::vector<Json> lines = agency_.Ask({"schemas", "install", published_.path()});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(Get(lines[0], "directory"), agency_.schemas());
  EXPECT_EQ(lines[0]->getArray("installed")->size(), 26U);
  EXPECT_EQ(lines[0]->getArray("shipped")->size(), 0U);
  EXPECT_EQ(lines[0]->getArray("left_out")->getElement<std::string>(0), "annet.xsd");
  EXPECT_EQ(Get(lines[0], "restart_worker"), "true");
  auto files = Check();
  for (unsigned i = 0; i < 26; ++i) {
    const auto contract = lines[0]->getArray("installed")->getObject(i);
    EXPECT_EQ(Get(files[Get(contract, "file")], "hash"), Get(contract, "hash"));
  }
  EXPECT_EQ(Get(agency_.Ask({"schemas", "install", "--shipped"}).at(0), "removed"), "true");
  EXPECT_EQ(Get(agency_.Ask({"schemas", "install", "--shipped"}).at(0), "removed"), "false");
}

TEST_F(Schemas, WhatIsStoredIsHeldAgainstTheInstalledOnesWhenItIsReplayed) {
  const std::vector<std::string> ids = agency_.Enqueue({1});
  agency_.Ask({"hold", ids[0]});
  Tighten();
  ASSERT_EQ(Install().code(), 0);
  const Finished refused = agency_.Run({"replay", "--yes", ids[0]});
  EXPECT_EQ(refused.code(), 1) << refused.out << refused.err;
  EXPECT_THAT(refused.out + refused.err, HasSubstr("no longer holds"));
  EXPECT_EQ(agency_.StateOf(ids[0]), "held");
  agency_.Ask({"schemas", "install", "--shipped"});
  EXPECT_EQ(agency_.Run({"replay", "--yes", ids[0]}).code(), 0);
  EXPECT_EQ(agency_.StateOf(ids[0]), "due");
}

TEST_F(Schemas, ARefusedSetChangesNothing) {
  Tighten();
  ASSERT_EQ(Install().code(), 0);
  const std::string letter = agency_.Letter(1);
  const auto refused = [&](int code, const std::vector<std::string>& says) {
    ExpectRefused(Install(), code, says);
    EXPECT_EQ(agency_.Run({"validate", letter}).code(), 1) << "the set before judges still";
    EXPECT_EQ(CountOfSets(), (Sets{{"installed", 26}}));
  };
  published_.Remove("doedsfall.xsd");
  refused(1, {"MeldingOmDoedsfall_v1.0.xsd", "doedsfall.xsd, which is not there"});
  fs::create_directory(published_.File("v2"));
  refused(1, {"v2 is a folder"});
  ExpectRefused(agency_.Run({"schemas", "install", published_.path() + "/none"}), 65, {"none"});
  ExpectRefused(agency_.Run({"schemas", "install"}), 2, {"--shipped"});
  EXPECT_EQ(agency_.Run({"schemas", "install", "--shipped", published_.path()}).code(), 2);

  const std::string home = agency_.schemas();
  agency_.SetText("schemas.directory", home + "/no/such");
  fs::remove(published_.File("v2"));
  published_.Keep({"MeldingOmSeparasjon_v1.0.xsd", "DigitalSignatur.xsd"});
  for (const auto& entry : fs::directory_iterator(UTBOKS_SOURCE_DIR "/schemas/common")) {
    fs::copy_file(entry.path(), published_.File(entry.path().filename().string()));
  }
  ExpectRefused(Install(), 78, {"[schemas] directory"});
  agency_.SetText("schemas.directory", "");
  ExpectRefused(Install(), 78, {"[schemas] directory"});
}

// A set that was harmed is not used, and nothing else in its place.
TEST_F(Schemas, AHarmedSetStopsEverythingUntilItIsMended) {
  ASSERT_EQ(Install().code(), 0);
  const std::string letter = agency_.Letter(1);
  fs::remove(agency_.schemas() + "/current/MeldingOmDoedsfall_v1.2.xsd");
  const std::vector<std::vector<std::string>> commands = {
      {"validate", letter},
      {"enqueue", "--ressurs", "doedsfall_v1", letter},
      {"run"},
      {"schemas", "check"},
  };
  for (const auto& words : commands) {
    ExpectRefused(agency_.Run(words), 78, {"not what was installed", "schemas install --shipped"});
  }
  EXPECT_THAT(agency_.Run({"doctor"}).out, HasSubstr("not what was installed"));
  ASSERT_EQ(Install().code(), 0);
  EXPECT_EQ(agency_.Run({"validate", letter}).code(), 0);
}

// It delivers what was taken in, whatever is installed meanwhile.
TEST_F(Schemas, ARunningWorkerKeepsWhatItHasLoaded) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.StartWorker();
  EXPECT_EQ(agency.Run({"schemas", "install", published_.path()}).code(), 0);
  const std::vector<std::string> more = agency.Enqueue({2});
  EXPECT_TRUE(agency.AwaitState(ids[0], "accepted"));
  EXPECT_TRUE(agency.AwaitState(more[0], "accepted"));
  agency.StopWorker();
  // And one that starts now loads them.
  agency.StartWorker();
  agency.StopWorker();
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

}  // namespace
}  // namespace utboks::testing
