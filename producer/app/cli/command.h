// One sub-command: its words, and what it does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "producer/app/console.h"
#include "producer/app/parts.h"
#include "queue/base/status.h"

namespace CLI {
class App;
}

namespace utboks::app {

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line of --help
  // Adds its options and arguments.  May throw what CLI11 throws.
  virtual void Declare(CLI::App& app) = 0;
  // The exit code, or a failure that is printed and ends with its own.
  virtual Result<int> Run(Parts& parts, Console& console) = 0;
};

// Every command of this version, in the order of --help.
std::vector<std::unique_ptr<Command>> AllCommands();

}  // namespace utboks::app
