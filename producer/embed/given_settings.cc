#include "producer/embed/given_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "producer/app/settings.h"

namespace utboks::embed {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string Capital(std::string_view text) {
  std::string capital(text);
  std::ranges::transform(capital, capital.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return capital;
}

Result<Variables> AsVariables(const std::map<std::string, std::string>& settings) {
  Variables variables;
  for (const auto& [name, value] : settings) {
    const std::string_view whole = name;
    const std::size_t dot = std::min(whole.find('.'), whole.size());
    const std::string_view section = whole.substr(0, dot);
    const std::string_view key = whole.substr(std::min(dot + 1, whole.size()));
    if (app::FindSetting(section, key) == nullptr) {
      return Status(
          Code::kConfig,
          fmt::format("{} is no setting; write section.key, as utboks.toml has them", name));
    }
    variables[fmt::format("UTBOKS_{}_{}", Capital(section), Capital(key))] = value;
  }
  return variables;
}

// What is given stands before what the process has; the process's own settings can be left
// out, its other variables cannot: a file may name them.
app::Environment Over(const Variables& given, bool process_settings) {
  app::Environment process = app::ProcessEnvironment();
  const auto names = [given, process_settings, all = process.names] {
    std::vector<std::string> list;
    if (process_settings) list = all();
    for (const auto& [name, value] : given) list.push_back(name);
    return list;
  };
  const auto get = [given, beside = process.get](std::string_view name) {
    const auto found = given.find(name);
    return found == given.end() ? beside(name) : std::optional<std::string>(found->second);
  };
  return {get, names};
}

}  // namespace

Result<app::Config> ReadOptions(const outbox::Options& options) {
  auto given = AsVariables(options.settings);
  if (!given.ok()) return given.status();
  const app::Environment environment = Over(*given, options.environment);
  if (options.config_file.empty()) return app::ParseConfig("", "Options::settings", environment);
  return app::LoadConfig(options.config_file, environment);
}

}  // namespace utboks::embed
