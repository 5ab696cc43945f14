// What `cmake --install` puts in place works from wherever it was put.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::RunToEnd;

std::string TextOf(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class InstallTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto run =
        RunToEnd({.argv = {UTBOKS_CMAKE, "--install", UTBOKS_BUILD, "--prefix", tree().string()}});
    ASSERT_EQ(run.code(), 0) << run.err;
  }
  // Not where the build was told that it would be installed.
  fs::path tree() const { return dir_.path() / "elsewhere"; }
  std::string Program(const std::string& name) const { return (tree() / "bin" / name).string(); }

  testing::TempDir dir_;
};

TEST_F(InstallTest, ProgramsFindTheirContractsBesideThem) {
  const auto check = RunToEnd({.argv = {Program("utboks"), "schemas", "check"}});
  EXPECT_EQ(check.code(), 0) << check.out << check.err;
  const std::string schemas = (tree() / "share/utboks/schemas").string();
  for (const auto& entry : fs::directory_iterator(schemas + "/examples")) {
    if (entry.is_directory()) continue;  // an example's attachments
    const auto valid =
        RunToEnd({.argv = {Program("utboks"), "validate", "--schema-only", entry.path().string()}});
    EXPECT_EQ(valid.code(), 0) << valid.out << valid.err;
  }
  const auto help = RunToEnd({.argv = {Program("utboks-simulator"), "--help"}});
  EXPECT_THAT(help.out, HasSubstr("--schemas DIR=" + schemas));
}

TEST_F(InstallTest, TheRegistersOutagesAreFoundBesideThem) {
  const auto policy = RunToEnd(
      {.argv = {Program("utboks"), "--config", (tree() / "share/utboks/utboks.toml").string(),
                "policy", "--per-day", "10"}});
  EXPECT_EQ(policy.code(), 0) << policy.err;
  EXPECT_THAT(policy.out, HasSubstr("134 outages"));
}

TEST_F(InstallTest, TheManualIsAConfiguration) {
  const auto config =
      RunToEnd({.argv = {Program("utboks"), "--config",
                         (tree() / "share/utboks/utboks.toml").string(), "config"}});
  EXPECT_EQ(config.code(), 0) << config.err;
}

TEST_F(InstallTest, TheReadmeFindsWhatItPointsAt) {
  const fs::path folder = tree() / "share/doc/utboks";
  const std::string readme = TextOf(folder / "README.md");
  const std::regex link(R"(\]\(([^):#]+)\))");  // addresses and places in the page are not files
  int links = 0;
  for (std::sregex_iterator at(readme.begin(), readme.end(), link), end; at != end; ++at, ++links) {
    EXPECT_TRUE(fs::exists(folder / (*at)[1].str())) << (*at)[1];
  }
  EXPECT_GT(links, 2);
}

TEST_F(InstallTest, TheUnitRunsAsTheUserThatIsMade) {
  EXPECT_THAT(TextOf(tree() / "lib/systemd/system/utboks.service"), HasSubstr("\nUser=utboks\n"));
  EXPECT_THAT(TextOf(tree() / "lib/systemd/system/utboks@.service"), HasSubstr("%i.toml run\n"));
  EXPECT_THAT(TextOf(tree() / "lib/sysusers.d/utboks.conf"), HasSubstr("\nu utboks "));
}

}  // namespace
}  // namespace utboks::test
