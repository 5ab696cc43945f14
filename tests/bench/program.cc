#include "tests/bench/program.h"

namespace utboks::bench {

testing::ProcessSpec UtboksProgram(const std::string& store, std::vector<std::string> words,
                                   std::vector<std::string> settings) {
  testing::ProcessSpec spec;
  spec.argv = {UTBOKS_PROGRAM, "--config", UTBOKS_SOURCE_DIR "/conf/utboks.toml"};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.environment = {"UTBOKS_OUTBOX_STORE=sqlite:" + store,
                      "UTBOKS_REGISTER_BASE_URL=https://localhost",
                      "UTBOKS_REGISTER_ORGANISATION_NUMBER=100101688"};
  spec.environment.insert(spec.environment.end(), settings.begin(), settings.end());
  return spec;
}

}  // namespace utboks::bench
