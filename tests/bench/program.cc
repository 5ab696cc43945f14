#include "tests/bench/program.h"

namespace utboks::bench {

testing::ProcessSpec UtboksProgram(const std::string& path, const std::string& base_url,
                                   const std::vector<std::string>& words,
                                   const std::vector<std::string>& settings) {
  testing::ProcessSpec spec;
  spec.argv = {UTBOKS_PROGRAM, "--config", UTBOKS_SOURCE_DIR "/conf/utboks.toml"};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.environment = settings;
  spec.environment.push_back("UTBOKS_OUTBOX_STORE=sqlite:" + path);
  spec.environment.emplace_back("UTBOKS_SCHEMAS_DIRECTORY=");  // the shipped ones
  spec.environment.push_back("UTBOKS_REGISTER_BASE_URL=" + base_url);
  spec.environment.emplace_back("UTBOKS_REGISTER_ORGANISATION_NUMBER=100101688");
  return spec;
}

}  // namespace utboks::bench
