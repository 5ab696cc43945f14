// `utboks policy`: settings rehearsed over a calendar, with no store, no certificate
// and no register to be had.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = Poco::JSON::Object::Ptr;

constexpr const char* kCalendar =
    "id,start_utc,end_utc,planned,affects_producer_submission,effect,answer\n"
    "stop,2021-05-12T11:00Z,2021-05-12T12:30Z,no,yes,down,refused\n"
    "late,2021-05-13T11:00Z,2021-05-13T12:30Z,yes,yes,delayed-feedback,\n"
    "open,2021-05-14T11:00Z,,no,yes,down,\n"
    "others,2021-05-15T11:00Z,2021-05-15T12:30Z,no,no,,\n";

class PolicyTest : public ::testing::Test {
 protected:
  PolicyTest() { Configure(""); }

  void Configure(const std::string& delivery) {
    Write("utboks.toml", "[register]\nenvironment = \"production\"\n[delivery]\n" + delivery);
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
    return dir_.File(name);
  }
  Finished Run(std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin(), {UTBOKS_PROGRAM, "--config", dir_.File("utboks.toml"), "policy"});
    return RunToEnd({.argv = std::move(words), .input = input});
  }
  std::vector<Json> Ask(std::vector<std::string> words) {
    words.emplace_back("--json");
    const Finished run = Run(std::move(words));
    EXPECT_EQ(run.code(), 0) << run.err;
    std::vector<Json> lines;
    std::istringstream text(run.out);
    for (std::string line; std::getline(text, line);) {
      lines.push_back(Poco::JSON::Parser().parse(line).extract<Json>());
    }
    return lines;
  }

  TempDir dir_;
};

TEST_F(PolicyTest, SetsOnesOwnSettingsBesideTheDefaults) {
  Configure("probe_interval = \"30s\"\nprobe_interval_max = \"5m\"\n");
  const std::vector<Json> lines = Ask({"--calendar", Write("a.csv", kCalendar)});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]->getValue<int>("outages"), 2);
  EXPECT_EQ(lines[0]->getValue<int>("without_end"), 1);
  EXPECT_EQ(lines[0]->getValue<int>("of_others"), 1);
  const Json yours = lines[1], defaults = lines[2];
  EXPECT_EQ(yours->getValue<std::string>("policy"), "yours");
  EXPECT_EQ(defaults->getValue<std::string>("policy"), "defaults");
  EXPECT_EQ(yours->getValue<int>("messages"), defaults->getValue<int>("messages"));
  for (const Json& row : {yours, defaults}) {
    EXPECT_EQ(row->getValue<int>("given_up"), 0);
    EXPECT_EQ(row->getValue<int>("left_waiting"), 0);
    EXPECT_EQ(row->getValue<int>("attempts_counted_by_closed"), 0);
    EXPECT_EQ(row->getValue<double>("outage_hours"), 1.5) << "late feedback is none";
  }
  // Asked less often, it hears later.
  EXPECT_LT(yours->getValue<double>("waste_per_hour"),
            defaults->getValue<double>("waste_per_hour"));
  EXPECT_GT(yours->getValue<int>("probes_per_hour"), 0);
  EXPECT_LE(defaults->getObject("first_delivery")->getValue<int>("max_ms"), 30'000);
}

TEST_F(PolicyTest, PeopleGetATableAndAPicture) {
  const std::string plot = dir_.File("plot.svg");
  const Finished run = Run({"--calendar", "-", "--per-day", "500", "--plot", plot}, kCalendar);
  EXPECT_EQ(run.code(), 0) << run.err;
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_THAT(run.out, HasSubstr("2 outages; 2 rows left out"));
  for (const char* word :
       {"yours", "defaults", "messages given up", "attempts counted by a closed"}) {
    EXPECT_THAT(run.out, HasSubstr(word));
  }
  std::ifstream file(plot);
  const std::string svg{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr(">defaults</text>"));
}

TEST_F(PolicyTest, WithoutACalendarItIsTheRegistersHistory) {
  const std::vector<Json> lines = Ask({"--per-day", "100"});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]->getValue<int>("outages"), 134);
  EXPECT_EQ(lines[1]->getValue<int>("given_up"), 0);
}

TEST_F(PolicyTest, WhatIsWrongEndsWithItsCode) {
  struct Case {
    std::vector<std::string> words;
    int code;
    const char* says;
  };
  const std::string bad = Write("bad.csv", std::string(kCalendar) + "x,yesterday,,no,yes,down,\n");
  std::string long_one = "id,start_utc,end_utc,planned,affects_producer_submission,effect\n";
  for (int year = 2000; year < 2030; ++year) {
    const std::string start = std::to_string(year);
    long_one += start + "," + start + "-01-01T00:00Z," + start + "-01-31T00:00Z,no,yes,down\n";
  }
  const Case cases[] = {
      {{"--calendar", bad}, 1, "bad.csv, line 6: start_utc is no time like 2021-05-12T11:00Z"},
      {{"--calendar", Write("empty.csv", "")}, 1, "line 1"},
      {{"--calendar", dir_.File("none.csv")}, 65, "none.csv"},
      {{"--calendar", Write("a.csv", kCalendar), "--plot", dir_.File("no/folder.svg")},
       65,
       "folder.svg"},
      {{"--calendar", Write("long.csv", long_one)}, 1, "more than 20,000 hours"},
      {{"--per-day", "0"}, 2, "--per-day"},
      {{"--per-day", "1000000"}, 2, "give fewer"},
      {{"--seed", "x"}, 2, "--seed"},
  };
  for (const Case& c : cases) {
    const Finished run = Run(c.words);
    EXPECT_EQ(run.code(), c.code) << c.says << run.err;
    EXPECT_THAT(run.err, HasSubstr(c.says));
    EXPECT_THAT(run.out, IsEmpty());
  }
}

TEST_F(PolicyTest, ItNeedsNoStoreAndMakesNone) {
  Write("utboks.toml", "[outbox]\nstore = \"sqlite:" + dir_.File("outbox.db") + "\"\n");
  EXPECT_EQ(Run({"--calendar", Write("a.csv", kCalendar)}).code(), 0);
  EXPECT_FALSE(std::filesystem::exists(dir_.File("outbox.db")));
}

}  // namespace
}  // namespace utboks::testing
