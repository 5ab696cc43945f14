// Parts over a store in memory, and a program run with them.
#pragma once

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "producer/app/parts.h"
#include "producer/app/program.h"
#include "tests/support/fake_store.h"
#include "tests/support/manual_clock.h"

namespace utboks::app {

class AcceptAll final : public Revalidator {
 public:
  Result<Accepted> Check(const Payload&) override { return Accepted{"1.1", "hash"}; }
};

// What the test looks at afterwards; Parts are made anew for each run.
struct Bench {
  testing::FakeStore store;
  testing::ManualClock clock;
  Status store_failure, config_failure;
  std::vector<StoreUse> uses;
  std::optional<std::string> config_path;
  std::string config;  // as utboks.toml has it
  std::optional<long long> certificate_days = 200;
  std::string schemas = UTBOKS_SCHEMAS;
  AcceptAll accept_all;
  Operator desk{store, store, accept_all};
  ReplayJobs replay_jobs{store, store, accept_all};
};

class FakeParts final : public Parts {
 public:
  explicit FakeParts(Bench& bench) : bench_(bench) {}
  Result<const Config*> GetConfig() override {
    if (!bench_.config_failure.ok()) return bench_.config_failure;
    if (!config_) {
      const Environment nothing = {[](std::string_view) { return std::nullopt; },
                                   [] { return std::vector<std::string>(); }};
      config_ = *ParseConfig(bench_.config, "", nothing);
    }
    return &*config_;
  }
  Result<Store*> OpenStore(const StoreUse& use) override {
    if (!bench_.store_failure.ok()) return bench_.store_failure;
    bench_.uses.push_back(use);
    return &bench_.store;
  }
  Result<Operator*> GetOperator() override {
    if (!bench_.store_failure.ok()) return bench_.store_failure;
    return &bench_.desk;
  }
  Result<ReplayJobs*> GetReplayJobs() override {
    if (!bench_.store_failure.ok()) return bench_.store_failure;
    return &bench_.replay_jobs;
  }
  Result<const Catalogue*> GetCatalogue() override {
    if (!catalogue_) {
      auto catalogue = Catalogue::Load(bench_.schemas);
      if (!catalogue.ok()) return catalogue.status();
      catalogue_ = *std::move(catalogue);
    }
    return &*catalogue_;
  }
  Result<const Catalogue*> GetShippedCatalogue() override { return GetCatalogue(); }
  Result<const Validator*> GetValidator() override {
    const auto catalogue = GetCatalogue();
    if (!catalogue.ok()) return catalogue.status();
    if (!validator_) validator_ = Validator::Make(**catalogue, {});
    return validator_.get();
  }
  std::optional<long long> CertificateDays() override { return bench_.certificate_days; }
  Clock& clock() override { return bench_.clock; }
  std::string ActorName() override { return "cli:kari"; }

 private:
  Bench& bench_;
  std::optional<Config> config_;
  std::optional<Catalogue> catalogue_;
  std::unique_ptr<Validator> validator_;
};

struct Ran {
  int exit_code = 0;
  std::string out, err;
};

inline Ran RunWith(Bench& bench, const std::vector<std::string>& words, const std::string& in = "",
                   bool terminal = false) {
  std::istringstream input(in);
  std::ostringstream out, err;
  const Streams streams{input, out, err, terminal, terminal};
  Ran ran;
  ran.exit_code = RunProgram(words, streams, [&](const std::optional<std::string>& config_path) {
    bench.config_path = config_path;
    return std::make_unique<FakeParts>(bench);
  });
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

inline std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline Poco::JSON::Object::Ptr Json(const std::string& line) {
  return Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
}

}  // namespace utboks::app
