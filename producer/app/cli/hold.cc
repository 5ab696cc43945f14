#include "producer/app/cli/commands.h"
#include "producer/app/cli/decide.h"

namespace utboks::app {
namespace {

class Hold final : public Decide {
 public:
  Hold() : Decide(Decision::kHold) {}
  std::string name() const override { return "hold"; }
  std::string summary() const override {
    return "keep messages from being sent until they are released";
  }
};

}  // namespace

std::unique_ptr<Command> MakeHold() {
  return std::make_unique<Hold>();
}

}  // namespace utboks::app
