// What Open takes and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>
#include <utboks/outbox.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "tests/support/temp_dir.h"

namespace utboks::outbox {
namespace {

using ::testing::HasSubstr;

class OpenTest : public ::testing::Test {
 protected:
  OpenTest() {
    options_.environment = false;
    options_.settings = {{"register.base_url", "https://localhost:1"},
                         {"register.organisation_number", "100101688"},
                         {"schemas.directory", ""},
                         {"outbox.store", "sqlite:" + dir_.File("outbox.db")}};
  }

  void ExpectRefused(Code code, const std::string& text) {
    const Opened opened = Outbox::Open(options_);
    EXPECT_EQ(opened.status.code, code) << opened.status.text;
    EXPECT_THAT(opened.status.text, HasSubstr(text));
    EXPECT_EQ(opened.outbox, nullptr);
  }
  void ExpectOpens() {
    const Opened opened = Outbox::Open(options_);
    EXPECT_TRUE(opened.status.ok()) << opened.status.text;
    EXPECT_NE(opened.outbox, nullptr);
  }
  std::string WriteFile(const std::string& text) {
    std::ofstream(dir_.File("utboks.toml")) << text;
    return dir_.File("utboks.toml");
  }

  testing::TempDir dir_;
  Options options_;
};

TEST_F(OpenTest, SettingsAloneAreEnough) {
  ExpectOpens();
  EXPECT_TRUE(std::filesystem::exists(dir_.File("outbox.db.keys")));
}

TEST_F(OpenTest, ASettingThatIsNoneIsNamed) {
  options_.settings["outbox.stoer"] = "x";
  ExpectRefused(Code::kConfig, "outbox.stoer is no setting");
  options_.settings.erase("outbox.stoer");
  options_.settings["store"] = "x";
  ExpectRefused(Code::kConfig, "store is no setting");
}

TEST_F(OpenTest, AValueThatIsWrongIsNamed) {
  options_.settings["intake.max_depth"] = "deep";
  ExpectRefused(Code::kConfig, "UTBOKS_INTAKE_MAX_DEPTH");
}

TEST_F(OpenTest, WhatIsRequiredIsAskedFor) {
  options_.settings.erase("register.organisation_number");
  ExpectRefused(Code::kConfig, "organisation_number is not set");
}

TEST_F(OpenTest, AFileThatIsNotThereIsNotTakenForAnEmptyOne) {
  options_.config_file = dir_.File("none.toml");
  ExpectRefused(Code::kConfig, "cannot be read");
}

TEST_F(OpenTest, SettingsGoBeforeTheEnvironmentAndThatBeforeTheFile) {
  options_.config_file = WriteFile("[intake]\nmax_depth = 1\n");  // below what may be
  ExpectRefused(Code::kConfig, "utboks.toml:2");
  ASSERT_EQ(setenv("UTBOKS_INTAKE_MAX_DEPTH", "2", 1), 0);
  ExpectRefused(Code::kConfig, "utboks.toml:2");  // environment = false
  options_.environment = true;
  ExpectRefused(Code::kConfig, "UTBOKS_INTAKE_MAX_DEPTH");
  options_.settings["intake.max_depth"] = "9";
  ExpectOpens();
  unsetenv("UTBOKS_INTAKE_MAX_DEPTH");
}

TEST_F(OpenTest, AFileMayNameAVariableAlsoWhereTheEnvironmentSetsNothing) {
  ASSERT_EQ(setenv("AGENCY_ORGANISATION", "100101688", 1), 0);
  options_.settings.erase("register.organisation_number");
  options_.config_file =
      WriteFile("[register]\norganisation_number = \"${AGENCY_ORGANISATION}\"\n");
  ExpectOpens();
  unsetenv("AGENCY_ORGANISATION");
}

TEST_F(OpenTest, NoStoreIsMadeWhereNoneIsWanted) {
  options_.create = false;
  ExpectRefused(Code::kConfig, "outbox.db");
  EXPECT_FALSE(std::filesystem::exists(dir_.File("outbox.db")));
}

TEST_F(OpenTest, AStoreOfAnotherOrganisationIsRefused) {
  ExpectOpens();
  options_.settings["register.organisation_number"] = "310000000";
  ExpectRefused(Code::kConfig, "organisation");
}

// The signals that a thread of ours blocks, as bits; nothing of one that has ended.
std::optional<std::uint64_t> BlockedIn(const std::string& task) {
  std::ifstream status("/proc/self/task/" + task + "/status");
  for (std::string word; status >> word;) {
    if (word != "SigBlk:") continue;
    std::uint64_t bits = 0;
    status >> std::hex >> bits;
    return bits;
  }
  return std::nullopt;
}

TEST_F(OpenTest, TheProgramsSignalsStayItsOwn) {
  const std::string self = std::to_string(getpid());
  const auto before = BlockedIn(self);
  const Opened opened = Outbox::Open(options_);
  ASSERT_TRUE(opened.status.ok()) << opened.status.text;
  EXPECT_EQ(BlockedIn(self), before);
  int others = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    const std::string name = task.path().filename().string();
    if (name == self) continue;
    ++others;
    // But for SIGTSTP, which the writer lets through for moments in which it holds no lock.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1}) {
      EXPECT_NE(BlockedIn(name).value_or(~0ULL) & (1ULL << (signal - 1)), 0U) << signal;
    }
  }
  EXPECT_GT(others, 0);
}

TEST_F(OpenTest, TheVersionIsThePackages) {
  EXPECT_THAT(Version(), HasSubstr("."));
}

}  // namespace
}  // namespace utboks::outbox
