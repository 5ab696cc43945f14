#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"

namespace utboks::app {
namespace {

class Backup final : public Command {
 public:
  std::string name() const override { return "backup"; }
  std::string summary() const override { return "copy the store while workers run"; }
  void Declare(CLI::App& app) override {
    app.add_option("FILE", file_, "a new file; the key file is not in it")->required();
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto store = parts.OpenStore({});
    if (!store.ok()) return store.status();
    UTBOKS_RETURN_IF_ERROR((*store)->Backup(file_));
    if (console.json()) {
      console.Line(JsonObject().Add("file", file_));
    } else {
      console.Text(file_ +
                   ": written; keep the key file apart from it, without the keys it "
                   "cannot be read");
    }
    return 0;
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> MakeBackup() {
  return std::make_unique<Backup>();
}

}  // namespace utboks::app
