#include "producer/app/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <ostream>
#include <typeinfo>

#include "producer/app/cli/command.h"
#include "producer/app/nearest_name.h"

namespace utboks::app {
namespace {

constexpr int kWrongCommandLine = 2;

struct Globals {
  std::string config;
  bool json = false;
};

// CLI11's texts may run over several lines; ours are one.
std::string OneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A word where a command should stand: CLI11 only says that it was not expected.
std::optional<std::string> UnknownCommand(const std::vector<std::string>& words,
                                          const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--config") {
      ++i;
    } else if (!words[i].starts_with('-')) {
      if (std::find(names.begin(), names.end(), words[i]) != names.end()) return std::nullopt;
      return fmt::format("there is no command {}; did you mean {}? `utboks --help` lists them",
                         words[i], NearestName(words[i], views));
    }
  }
  return std::nullopt;
}

int Finish(const Result<int>& result, Console& console) {
  if (!result.ok()) console.Error(result.status());
  if (!console.Flush()) {
    console.Error(Status(Code::kUnreadable, "standard output cannot be written"));
    return ExitCode(Code::kUnreadable);
  }
  return result.ok() ? *result : ExitCode(result.code());
}

int Run(const std::vector<std::string>& words, const Streams& streams, const MakeParts& make_parts,
        Console& console) {
  CLI::App app("utboks: the outbox for messages to Folkeregisteret", "utboks");
  Globals globals;
  // Before the commands: they inherit it, and so take --config and --json too.
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("utboks ") + UTBOKS_VERSION);
  app.add_option("--config", globals.config,
                 "configuration; else $UTBOKS_CONFIG, else /etc/utboks/utboks.toml")
      ->type_name("FILE");
  app.add_flag("--json", globals.json, "one JSON object per line instead of tables");

  auto commands = AllCommands();
  for (const auto& command : commands) {
    command->Declare(*app.add_subcommand(command->name(), command->summary()));
  }

  try {
    // CLI11 takes them from the back.
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted, streams.out, streams.err);
    return Finish(0, console);
  } catch (const CLI::ParseError& error) {
    console.set_json(std::find(words.begin(), words.end(), "--json") != words.end());
    const auto unknown = UnknownCommand(words, app);
    const Status status(Code::kUsage, unknown ? *unknown
                                              : OneLine(error.what()) +
                                                    "; see `utboks --help` or "
                                                    "`utboks COMMAND --help`");
    console.Error(status);
    return kWrongCommandLine;
  }
  console.set_json(globals.json);

  const std::string chosen = app.get_subcommands().front()->get_name();
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [&](const auto& one) { return one->name() == chosen; });
  const auto parts =
      make_parts(globals.config.empty() ? std::nullopt : std::optional(globals.config));
  return Finish((*command)->Run(*parts, console), console);
}

}  // namespace

int RunProgram(const std::vector<std::string>& words, const Streams& streams,
               const MakeParts& make_parts) {
  Console console(streams);
  try {
    return Run(words, streams, make_parts, console);
  } catch (const std::exception& error) {
    // Its text may quote content: only its kind is told.
    console.Error(Status(Code::kInternal,
                         fmt::format("a fault in utboks itself ({}); what was acknowledged is safe",
                                     typeid(error).name())));
    return ExitCode(Code::kInternal);
  }
}

}  // namespace utboks::app
