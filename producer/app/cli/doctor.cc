#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "producer/app/cli/commands.h"
#include "producer/app/examination.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

class Doctor final : public Command {
 public:
  std::string name() const override { return "doctor"; }
  std::string summary() const override {
    return "look at everything a worker needs, and say what to do; changes nothing";
  }
  void Declare(CLI::App&) override {}

  Result<int> Run(Parts& parts, Console& console) override {
    std::vector<Finding> findings;
    Examine(parts, [&](const Finding& finding) {
      Show(finding, console);
      console.Flush();  // the next may take its time; a failure shows at the end
      findings.push_back(finding);
    });
    return ExitCodeOf(findings);
  }

 private:
  static void Show(const Finding& finding, Console& console) {
    if (!console.json()) {
      console.Text(fmt::format("{:<4}  {}: {}{}{}", GradeName(finding.grade), finding.check,
                               finding.text, finding.todo.empty() ? "" : "; ", finding.todo));
      return;
    }
    JsonObject line;
    line.Add("check", finding.check)
        .Add("verdict", GradeName(finding.grade))
        .Add("text", MaskNumbers(finding.text));
    if (finding.todo.empty()) {
      line.AddNull("todo");
    } else {
      line.Add("todo", finding.todo);
    }
    console.Line(line);
  }
};

}  // namespace

std::unique_ptr<Command> MakeDoctor() {
  return std::make_unique<Doctor>();
}

}  // namespace utboks::app
