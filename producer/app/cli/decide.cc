#include "producer/app/cli/decide.h"

#include <CLI/CLI.hpp>

#include "producer/app/cli/act.h"

namespace utboks::app {

void Decide::Declare(CLI::App& app) {
  DeclareIds(app, ids_)->required();
  why_.Declare(app);
}

Result<int> Decide::Run(Parts& parts, Console& console) {
  const auto words = ReadIds(ids_, console.in());
  if (!words.ok()) return words.status();
  const auto desk = parts.GetOperator();
  if (!desk.ok()) return desk.status();
  int unknown = 0;
  const auto selection = Resolve(**desk, *words, console, &unknown);
  if (!selection.ok()) return selection.status();
  return ActOn(**desk, decision_, selection->ids, options_, why_.MakeActor(parts), console,
               unknown);
}

}  // namespace utboks::app
