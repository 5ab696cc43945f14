// Parts over a store in memory, and a program run with them.
#pragma once

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
  std::optional<long long> certificate_days = 200;
  AcceptAll accept_all;
  Operator desk{store, store, accept_all};
};

class FakeParts final : public Parts {
 public:
  explicit FakeParts(Bench& bench) : bench_(bench) {}
  Result<const Config*> GetConfig() override {
    if (!bench_.config_failure.ok()) return bench_.config_failure;
    if (!config_) {
      const Environment nothing = {[](std::string_view) { return std::nullopt; },
                                   [] { return std::vector<std::string>(); }};
      config_ = *ParseConfig("", "", nothing);
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
  Result<std::vector<std::string>> Ressurser() override {
    return std::vector<std::string>{"doedsfall_v1", "annullering_av_doedsfall_v1"};
  }
  std::optional<long long> CertificateDays() override { return bench_.certificate_days; }
  Clock& clock() override { return bench_.clock; }
  std::string ActorName() override { return "cli:kari"; }

 private:
  Bench& bench_;
  std::optional<Config> config_;
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

}  // namespace utboks::app
