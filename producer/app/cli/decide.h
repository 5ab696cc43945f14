// A decision about messages that are named one by one: what hold, cancel and close
// have in common.
#pragma once

#include <string>
#include <vector>

#include "producer/app/cli/command.h"
#include "producer/app/cli/options.h"
#include "producer/ops/operator.h"

namespace utboks::app {

class Decide : public Command {
 public:
  void Declare(CLI::App& app) override;
  Result<int> Run(Parts& parts, Console& console) override;

 protected:
  explicit Decide(Decision decision) : decision_(decision) {}

  ActOptions options_;

 private:
  const Decision decision_;
  std::vector<std::string> ids_;
  WhyOption why_;
};

}  // namespace utboks::app
