// The command line of utboks-simulator.
#pragma once

#include <optional>
#include <string>

#include "queue/base/status.h"
#include "tests/simulator/simulator.h"

namespace utboks::simulator {

struct Options {
  Settings settings;      // the scenario has been read
  std::string port_file;  // empty: none
  std::string help;       // not empty: print it and end with 0
};

// kUsage for a wrong command line; what ReadScenario says for the scenario.
Result<Options> ParseOptions(int argc, const char* const* argv);

}  // namespace utboks::simulator
