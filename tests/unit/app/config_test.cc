#include "producer/app/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "producer/app/settings.h"
#include "tests/support/log_watch.h"
#include "tests/support/temp_dir.h"

namespace utboks::app {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Environment Given(const Variables& variables) {
  return {[variables](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
          },
          [variables] {
            std::vector<std::string> names;
            for (const auto& [name, value] : variables) names.push_back(name);
            return names;
          }};
}

Result<Config> Parse(std::string_view text, const Variables& variables = {}) {
  return ParseConfig(text, "test.toml", Given(variables));
}

const EffectiveSetting& Row(const Config& config, std::string_view section, std::string_view key) {
  return *std::find_if(config.effective.begin(), config.effective.end(),
                       [&](const auto& row) { return row.section == section && row.key == key; });
}

TEST(ConfigTest, AnEmptyFileGivesTheDefaults) {
  const auto config = Parse("");
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->registry.base_url, "");
  EXPECT_FALSE(config->registry.production);
  EXPECT_EQ(config->registry.connect_timeout, Millis(10'000));
  EXPECT_EQ(config->registry.response_timeout, Millis(60'000));
  EXPECT_EQ(config->outbox.store, "sqlite:/var/lib/utboks/outbox.db");
  EXPECT_EQ(config->outbox.min_free, 256LL << 20);
  EXPECT_EQ(config->intake.max_document, 2LL << 20);
  EXPECT_EQ(config->intake.max_attachments, 50LL << 20);
  EXPECT_EQ(config->intake.max_depth, 256);
  EXPECT_EQ(config->intake.max_attributes, 512);
  EXPECT_EQ(config->retention.content_after, Millis(30LL * 86'400'000));
  EXPECT_EQ(config->retention.record_after, Millis(400LL * 86'400'000));
  EXPECT_EQ(config->log.level, LogLevel::kInfo);
  EXPECT_EQ(config->log.format, LogFormat::kText);
  EXPECT_TRUE(config->notices.urls.empty());
  EXPECT_EQ(config->notices.poll_interval, Millis(600'000));
}

TEST(ConfigTest, FeedsOfNoticesAreAddressesOfPages) {
  const auto config = Parse("[notices]\nurls = [\"https://x/rss.xml\"]\nca_file = \"/ca.pem\"\n",
                            {{"UTBOKS_NOTICES_URLS", "https://a/rss.xml,https://b:8443/?f=1"}});
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->notices.urls,
            (std::vector<std::string>{"https://a/rss.xml", "https://b:8443/?f=1"}));
  EXPECT_EQ(config->notices.ca_file, "/ca.pem");
}

TEST(ConfigTest, EveryRuleOfMeaningIsOffAWarningOrAnError) {
  const std::vector<std::pair<std::string, Severity MeaningRules::*>> rules = {
      {"date_in_future", &MeaningRules::date_in_future},
      {"death_before_birth", &MeaningRules::death_before_birth},
      {"same_person_twice", &MeaningRules::same_person_twice},
      {"sent_in_future", &MeaningRules::sent_in_future},
      {"sent_without_zone", &MeaningRules::sent_without_zone}};
  const MeaningRules own;
  for (const auto& [key, field] : rules) {
    EXPECT_EQ(Parse("")->meaning.*field, own.*field) << key;
    for (const auto& [value, severity] :
         {std::pair("off", Severity::kOff), std::pair("warning", Severity::kWarning),
          std::pair("error", Severity::kError)}) {
      const auto config = Parse("[meaning]\n" + key + " = \"" + value + "\"\n");
      ASSERT_TRUE(config.ok()) << config.status().text();
      for (const auto& [other, of_other] : rules) {
        EXPECT_EQ(config->meaning.*of_other, other == key ? severity : own.*of_other) << key;
      }
    }
    EXPECT_EQ(Parse("[meaning]\n" + key + " = \"on\"\n").code(), Code::kConfig);
  }
  for (const auto& [value, severity] :
       {std::pair("off", Severity::kOff), std::pair("warning", Severity::kWarning)}) {
    EXPECT_EQ(Parse("[identifiers]\nchecks = \"" + std::string(value) + "\"\n")->identifiers.checks,
              severity);
  }
}

// The defaults of the table are those of delivery's own struct.
TEST(ConfigTest, DeliveryDefaultsAreTheOnesDeliveryHas) {
  const auto config = Parse("");
  ASSERT_TRUE(config.ok());
  const DeliverySettings& read = config->delivery;
  const DeliverySettings own;
  EXPECT_EQ(read.max_in_flight, own.max_in_flight);
  EXPECT_EQ(read.rate_limit_per_minute, own.rate_limit_per_minute);
  EXPECT_EQ(read.backoff_min, own.backoff_min);
  EXPECT_EQ(read.backoff_max, own.backoff_max);
  EXPECT_EQ(read.lifetime, own.lifetime);
  EXPECT_EQ(read.stop_timeout, own.stop_timeout);
  EXPECT_EQ(read.probe_interval, own.probe_interval);
  EXPECT_EQ(read.probe_interval_max, own.probe_interval_max);
  EXPECT_EQ(read.probe_timeout, own.probe_timeout);
  EXPECT_EQ(read.gate_failures, own.gate_failures);
  EXPECT_EQ(read.blame_run, own.blame_run);
  EXPECT_EQ(read.retry_after_max, own.retry_after_max);
  EXPECT_EQ(read.in_doubt, own.in_doubt);
  EXPECT_EQ(read.in_doubt_resends, own.in_doubt_resends);
  EXPECT_EQ(read.crash_limit, own.crash_limit);
  EXPECT_EQ(read.on_head_failed, own.on_head_failed);
}

TEST(ConfigTest, ValuesComeFromTheFileAndBeforeItFromTheEnvironment) {
  const auto config = Parse(
      "[register]\n"
      "base_url = \"https://${HOST}:8443/\"\n"
      "[delivery]\n"
      "max_in_flight = 7\n"
      "in_doubt = \"wait:5m\"\n",
      {{"HOST", "localhost"},
       {"UTBOKS_DELIVERY_MAX_IN_FLIGHT", "9"},
       {"UTBOKS_LOG_FORMAT", "json"},
       {"UTBOKS_CONFIG", "elsewhere"},
       {"UTBOKS_MY_OWN", "for a reference"}});
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->registry.base_url, "https://localhost:8443/");
  EXPECT_EQ(config->delivery.max_in_flight, 9);
  EXPECT_EQ(config->delivery.in_doubt, DoubtPolicy::kWait);
  EXPECT_EQ(config->delivery.doubt_wait, Millis(300'000));
  EXPECT_EQ(config->log.format, LogFormat::kJson);
  EXPECT_EQ(Row(*config, "register", "base_url").source, "test.toml:2");
  EXPECT_EQ(Row(*config, "delivery", "max_in_flight").source, "UTBOKS_DELIVERY_MAX_IN_FLIGHT");
  EXPECT_EQ(Row(*config, "delivery", "max_in_flight").value, "9");
  EXPECT_EQ(Row(*config, "delivery", "backoff_min").source, "default");
}

TEST(ConfigTest, TheRateFollowsTheEnvironmentUnlessItIsGiven) {
  EXPECT_EQ(Parse("")->delivery.rate_limit_per_minute, 1'200);
  const auto production = Parse("[register]\nenvironment = \"production\"\n");
  EXPECT_EQ(production->delivery.rate_limit_per_minute, 60'000);
  EXPECT_EQ(Row(*production, "delivery", "rate_limit_per_minute").value, "60000");
  const auto none = Parse("[delivery]\nrate_limit_per_minute = 0\n");
  EXPECT_EQ(none->delivery.rate_limit_per_minute, 0);
}

TEST(ConfigTest, TheCrashLimitCanBeTakenOff) {
  EXPECT_EQ(Parse("[delivery]\ncrash_limit = 0\n")->delivery.crash_limit, 0);
  EXPECT_FALSE(Parse("[delivery]\ncrash_limit = -1\n").ok());
}

TEST(ConfigTest, WhatIsWrongIsNamedWithItsLine) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"[delivry]\n", "test.toml:1: delivry is no known section; did you mean [delivery]?"},
      {"\nmax_in_flight = 3\n", "test.toml:2: max_in_flight is no section; did you mean"},
      {"log = \"debug\"\n", "test.toml:1: log is a section; write [log] on a line of its own"},
      {"[delivery]\n\nbackof_min = \"2s\"\n",
       "test.toml:3: [delivery] has no setting backof_min; did you mean backoff_min?"},
      {"[delivery]\nmax_in_flight = \"3\"\n",
       "test.toml:2: [delivery] max_in_flight must be a whole number without quotes"},
      {"[delivery]\nmax_in_flight = 3.5\n", "must be a whole number without quotes"},
      {"[delivery]\nbackoff_min = 2\n",
       "test.toml:2: [delivery] backoff_min must be a duration in quotes, as \"90s\""},
      {"[delivery]\nbackoff_min = \"2\"\n", "[delivery] backoff_min has a wrong value; a duration"},
      {"[delivery]\nbackoff_min = \"2sec\"\n", "a duration is a whole number and ms, s, m, h or d"},
      {"[intake]\nmax_document = \"2MB\"\n", "a size is a whole number and B, KiB, MiB or GiB"},
      {"[delivery]\nmax_in_flight = 0\n",
       "test.toml:2: [delivery] max_in_flight must lie between 1 and 1024"},
      {"[register]\nconnect_timeout = \"1d\"\n", "must lie between 100ms and 5m"},
      {"[intake]\nmax_document = \"2GiB\"\n", "must lie between 1KiB and 1GiB"},
      {"[register]\nenvironment = \"prod\"\n",
       "[register] environment must be one of: test, production"},
      {"[register]\nenvironment = true\n", "must be a text in quotes"},
      {"[register]\nbase_url = \"http://x\"\n", "[register] base_url must be https://HOST or"},
      {"[register]\nbase_url = \"https://x/folkeregisteret\"\n", "with nothing after it"},
      {"[register]\nbase_url = \"https://me:secret@x\"\n", "with nothing after it"},
      {"[register]\nbase_url = \"https://x:port\"\n", "must be https://HOST"},
      {"[register]\nproxy = \"https://x\"\n", "[register] proxy must be HOST:PORT"},
      {"[register]\norganisation_number = \"NO1\"\n", "is nine digits"},
      {"[register]\norganisation_number = 310000000\n", "must be a text in quotes"},
      {"[outbox]\nstore = \"/tmp/x.db\"\n", "is written sqlite:/path/to/outbox.db"},
      {"[delivery]\nin_doubt = \"wait\"\n", "is by-feed, wait:10m (any duration), resend or hold"},
      {"[delivery]\nin_doubt = \"wait:10\"\n", "is written wait:10m"},
      {"[delivery]\nbackoff_min = \"1h\"\n", "backoff_min is longer than backoff_max"},
      {"[delivery]\nprobe_interval = \"1m\"\n", "probe_interval is longer than probe_interval_max"},
      {"[retention]\nrecord_after = \"1d\"\n", "content_after is longer than record_after"},
      {"[register]\nca_file = \"${NOWHERE}/ca.pem\"\n",
       "names the environment variable NOWHERE, which is not defined"},
      {"[register]\nca_file = \"${NOWHERE\"\n", "has ${ without a name and }"},
      {"[register]\nca_file = \"${}\"\n", "has ${ without a name and }"},
      {"[log]\nlevel = \"info\"\nlevel = \"debug\"\n", "test.toml:3: "},
      {"[log\n", "test.toml:1: "},
      {"[log]\nlevel = info\n", "test.toml:2: "},
      // Parts that this version does not have.
      {"[feedback]\nenabled = true\n",
       "test.toml:2: [feedback] enabled is not in this version; leave it out, or at false"},
      {"[feedback]\npage_size = 100\n",
       "[feedback] page_size is not in this version; leave it out"},
      {"[notices]\nurls = [\"http://x/rss.xml\"]\n",
       "test.toml:2: [notices] urls must be https://HOST/PATH"},
      {"[notices]\nurls = [\"https://x/a\", \"https://x/a\"]\n", "names one feed twice"},
      {"[notices]\nurls = [\"https://1\", \"https://2\", \"https://3\", \"https://4\", "
       "\"https://5\", \"https://6\", \"https://7\", \"https://8\", \"https://9\"]\n",
       "at most 8 feeds"},
      {"[notices]\npoll_interval = \"500ms\"\n", "[notices] poll_interval"},
      {"[notices]\nproxy = \"http://proxy:1\"\n", "[notices] proxy must be HOST:PORT"},
      {"[notices]\nurls = [1]\n", "must be a list of texts"},
      {"[http]\nlisten = \"127.0.0.1:8080\"\n", "[http] listen is not in this version"},
      {"[spool]\ndirectory = \"/x\"\n", "[spool] directory is not in this version"},
      {"[amqp]\nurl = \"amqp://me:secret@x\"\n", "[amqp] url has a password in it"},
      {"[amqp]\nurl = \"amqp://broker.example.no\"\n", "[amqp] url must be amqps"},
      {"[amqp]\nintake_queue = \"amq.inn\"\n", "the broker's own"},
      {"[identifiers]\nchecks = \"on\"\n", "[identifiers] checks"},
  };
  for (const Case& c : cases) {
    const auto config = Parse(c.text);
    EXPECT_EQ(config.code(), Code::kConfig) << c.text;
    EXPECT_NE(config.status().text().find(c.error), std::string::npos)
        << c.text << "\ngave: " << config.status().text();
    EXPECT_EQ(config.status().text().find('\n'), std::string::npos) << c.text;
    EXPECT_EQ(config.status().text().find("secret"), std::string::npos) << c.text;
  }
}

TEST(ConfigTest, PartsThatAreNotThereMayBeLeftOff) {
  const auto config = Parse(
      "[feedback]\nenabled = false\nsilence_alarm = \"24h\"\n"
      "[http]\nlisten = \"\"\n[spool]\ndirectory = \"\"\nkeep = \"168h\"\n"
      "[amqp]\nurl = \"\"\n");
  EXPECT_TRUE(config.ok()) << config.status().text();
}

TEST(ConfigTest, WrongVariablesAreNamed) {
  struct Case {
    const char* name;
    const char* value;
    const char* error;
  };
  const Case cases[] = {
      {"UTBOKS_DELIVERY_MAX_INFLIGHT", "3",
       "UTBOKS_DELIVERY_MAX_INFLIGHT is no setting; did you mean UTBOKS_DELIVERY_MAX_IN_FLIGHT?"},
      {"UTBOKS_REGISTR_BASE_URL", "https://localhost",
       "UTBOKS_REGISTR_BASE_URL is no setting; did you mean UTBOKS_REGISTER_BASE_URL?"},
      {"UTBOKS_ORGANISATION_NUMBER", "100101688",
       "UTBOKS_ORGANISATION_NUMBER is no setting; did you mean "
       "UTBOKS_REGISTER_ORGANISATION_NUMBER?"},
      {"UTBOKS_DELIVERY_MAX_IN_FLIGHT", "many",
       "UTBOKS_DELIVERY_MAX_IN_FLIGHT must be a whole number"},
      {"UTBOKS_DELIVERY_MAX_IN_FLIGHT", "2000",
       "UTBOKS_DELIVERY_MAX_IN_FLIGHT must lie between 1 and 1024"},
      {"UTBOKS_FEEDBACK_ENABLED", "yes", "UTBOKS_FEEDBACK_ENABLED must be true or false"},
      {"UTBOKS_FEEDBACK_ENABLED", "true", "UTBOKS_FEEDBACK_ENABLED is not in this version"},
      {"UTBOKS_NOTICES_URLS", "https://a,b", "UTBOKS_NOTICES_URLS must be https://HOST/PATH"},
  };
  for (const Case& c : cases) {
    const auto config = Parse("", {{c.name, c.value}});
    EXPECT_EQ(config.code(), Code::kConfig) << c.name;
    EXPECT_NE(config.status().text().find(c.error), std::string::npos) << config.status().text();
  }
}

TEST(ConfigTest, AFileThatIsAskedForMustBeThere) {
  const auto asked = LoadConfig("/nonexistent/utboks.toml", Given({}));
  EXPECT_EQ(asked.code(), Code::kConfig);
  EXPECT_NE(asked.status().text().find("/nonexistent/utboks.toml"), std::string::npos);
  const auto variable = LoadConfig(std::nullopt, Given({{"UTBOKS_CONFIG", "/nonexistent"}}));
  EXPECT_EQ(variable.code(), Code::kConfig);
  EXPECT_EQ(LoadConfig("/", Given({})).code(), Code::kConfig);
}

TEST(ConfigTest, TheGivenFileGoesBeforeTheVariable) {
  testing::TempDir dir;
  const std::string path = (dir.path() / "a.toml").string();
  std::ofstream(path) << "[log]\nlevel = \"error\"\n";
  const auto config = LoadConfig(path, Given({{"UTBOKS_CONFIG", "/nonexistent"}}));
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->log.level, LogLevel::kError);
  EXPECT_EQ(config->path, path);
}

TEST(ConfigTest, AHugeFileIsNoConfiguration) {
  testing::TempDir dir;
  const std::string path = (dir.path() / "big.toml").string();
  std::ofstream(path) << std::string((1U << 20) + 1, '#');
  EXPECT_EQ(LoadConfig(path, Given({})).code(), Code::kConfig);
}

}  // namespace
}  // namespace utboks::app
