#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"
#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/quantity.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

class Pause final : public Command {
 public:
  std::string name() const override { return "pause"; }
  std::string summary() const override { return "send nothing, to one resource or at all"; }
  void Declare(CLI::App& app) override {
    app.add_option("RESSURS", ressurs_, "this resource only");
    app.add_option("--until", until_, "goes off by itself then; else `utboks resume`")
        ->type_name("TIME");
    why_.Declare(app);
  }

  Result<int> Run(Parts& parts, Console& console) override {
    UTBOKS_RETURN_IF_ERROR(CheckRessurs(parts, ressurs_));
    std::optional<WallTime> until;
    if (!until_.empty()) {
      const WallTime now = parts.clock().Wall();
      const auto time = ParseTime(until_, now);
      if (!time.ok()) return Status(Code::kUsage, "--until: " + time.status().text());
      if (*time <= now) return Status(Code::kUsage, "--until: that time has passed");
      until = *time;
    }
    const auto desk = parts.GetOperator();
    if (!desk.ok()) return desk.status();
    UTBOKS_RETURN_IF_ERROR((*desk)->Pause(ressurs_, until, why_.MakeActor(parts)));
    if (console.json()) {
      JsonObject done;
      done.Add("gate", GateName(ressurs_)).Add("paused", true);
      if (until) {
        done.Add("until", FormatUtc(*until));
      } else {
        done.AddNull("until");
      }
      console.Line(done);
    } else {
      console.Text(GateName(ressurs_) + ": paused " +
                   (until ? "until " + FormatOslo(*until) : "until `utboks resume`"));
    }
    return 0;
  }

 private:
  std::string ressurs_, until_;
  WhyOption why_;
};

}  // namespace

std::unique_ptr<Command> MakePause() {
  return std::make_unique<Pause>();
}

}  // namespace utboks::app
