#include "producer/app/cli/commands.h"
#include "producer/app/cli/decide.h"

namespace utboks::app {
namespace {

class Close final : public Decide {
 public:
  Close() : Decide(Decision::kClose) {}
  std::string name() const override { return "close"; }
  std::string summary() const override {
    return "end messages by decision: their outcome is known by other means";
  }
};

}  // namespace

std::unique_ptr<Command> MakeClose() {
  return std::make_unique<Close>();
}

}  // namespace utboks::app
