#include "producer/app/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "producer/app/nearest_name.h"
#include "producer/app/settings.h"

namespace utboks::app {
namespace {

constexpr std::string_view kPrefix = "UTBOKS_";
constexpr std::size_t kLargestFile = std::size_t{1} << 20;

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

// Where a value was given, and the value as it stood there.
struct Given {
  std::string source;  // "FILE:LINE" or the variable's name
  bool from_file = false;
  SettingValue value;
};
using AllGiven = std::map<const Setting*, Given>;

std::string Capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string VariableName(const Setting& setting) {
  return Capitals(fmt::format("{}{}_{}", kPrefix, setting.section, setting.key));
}

std::string Label(const Setting& setting) {
  return fmt::format("[{}] {}", setting.section, setting.key);
}

std::string_view FormOf(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText:
    case SettingKind::kChoice:
      return "a text in quotes";
    case SettingKind::kInteger:
      return "a whole number without quotes";
    case SettingKind::kDuration:
      return "a duration in quotes, as \"90s\"";
    case SettingKind::kSize:
      return "a size in quotes, as \"2MiB\"";
    case SettingKind::kFlag:
      return "true or false without quotes";
    case SettingKind::kList:
      return "a list of texts, as [\"one\", \"two\"]";
  }
  return "";
}

Result<std::string> Substitute(std::string_view text, const Environment& environment) {
  std::string out;
  while (true) {
    const std::size_t at = text.find("${");
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 2);
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos || end == 0) {
      return Wrong("has ${ without a name and }");
    }
    const std::string name(text.substr(0, end));
    const auto value = environment.get(name);
    if (!value) {
      return Wrong(fmt::format("names the environment variable {}, which is not defined", name));
    }
    out.append(*value);
    text.remove_prefix(end + 1);
  }
}

Result<SettingValue> FromNode(const Setting& setting, const toml::node& node,
                              const Environment& environment) {
  const Status form = Wrong(fmt::format("must be {}", FormOf(setting.kind)));
  SettingValue value;
  switch (setting.kind) {
    case SettingKind::kInteger: {
      const auto* number = node.as_integer();
      if (number == nullptr) return form;
      value.number = number->get();
      return value;
    }
    case SettingKind::kFlag: {
      const auto* flag = node.as_boolean();
      if (flag == nullptr) return form;
      value.flag = flag->get();
      return value;
    }
    case SettingKind::kList: {
      const auto* list = node.as_array();
      if (list == nullptr) return form;
      for (const toml::node& item : *list) {
        const auto* text = item.as_string();
        if (text == nullptr) return form;
        const auto whole = Substitute(text->get(), environment);
        if (!whole.ok()) return whole.status();
        value.list.push_back(*whole);
      }
      return value;
    }
    default: {
      const auto* text = node.as_string();
      if (text == nullptr) return form;
      const auto whole = Substitute(text->get(), environment);
      if (!whole.ok()) return whole.status();
      return ReadValue(setting, *whole);
    }
  }
}

std::string At(std::string_view name, const toml::source_region& where) {
  return fmt::format("{}:{}", name, where.begin.line);
}

std::vector<std::string_view> SectionNames() {
  std::vector<std::string_view> names;
  for (const Setting& setting : AllSettings()) {
    if (std::find(names.begin(), names.end(), setting.section) == names.end()) {
      names.push_back(setting.section);
    }
  }
  return names;
}

Status TakeFile(const toml::table& file, std::string_view name, const Environment& environment,
                AllGiven& given) {
  const auto sections = SectionNames();
  for (const auto& [section, content] : file) {
    const auto* keys = content.as_table();
    if (std::find(sections.begin(), sections.end(), section.str()) == sections.end()) {
      return Wrong(fmt::format("{}: {} is no {}; did you mean [{}]?", At(name, section.source()),
                               section.str(), keys == nullptr ? "section" : "known section",
                               NearestName(section.str(), sections)));
    }
    if (keys == nullptr) {
      return Wrong(fmt::format("{}: {} is a section; write [{}] on a line of its own",
                               At(name, section.source()), section.str(), section.str()));
    }
    std::vector<std::string_view> known;
    for (const Setting& setting : AllSettings()) {
      if (setting.section == section.str()) known.push_back(setting.key);
    }
    for (const auto& [key, node] : *keys) {
      const Setting* setting = FindSetting(section.str(), key.str());
      if (setting == nullptr) {
        return Wrong(fmt::format("{}: [{}] has no setting {}; did you mean {}?",
                                 At(name, key.source()), section.str(), key.str(),
                                 NearestName(key.str(), known)));
      }
      auto value = FromNode(*setting, node, environment);
      const std::string source = At(name, key.source());
      if (!value.ok()) {
        return Wrong(fmt::format("{}: {} {}", source, Label(*setting), value.status().text()));
      }
      given[setting] = Given{source, true, *value};
    }
  }
  return Status();
}

// The settings that have `variable`'s section or its key.
std::vector<std::string_view> Kin(std::string_view variable,
                                  const std::map<std::string, const Setting*, std::less<>>& known) {
  std::vector<std::string_view> kin;
  for (const auto& [name, setting] : known) {
    if (variable.starts_with(Capitals(fmt::format("{}{}_", kPrefix, setting->section))) ||
        variable.ends_with(Capitals(fmt::format("_{}", setting->key)))) {
      kin.push_back(name);
    }
  }
  return kin;
}

// A variable that has a section or a key of ours and is no setting is taken for a
// slip; others are the operator's own, for ${NAME}.
Status TakeVariables(const Environment& environment, AllGiven& given) {
  std::map<std::string, const Setting*, std::less<>> known;
  for (const Setting& setting : AllSettings()) known[VariableName(setting)] = &setting;
  for (const std::string& name : environment.names()) {
    if (!name.starts_with(kPrefix)) continue;
    const auto found = known.find(name);
    if (found == known.end()) {
      const auto kin = Kin(name, known);
      if (kin.empty()) continue;
      return Wrong(fmt::format("the environment variable {} is no setting; did you mean {}?", name,
                               NearestName(name, kin)));
    }
    auto value = ReadValue(*found->second, environment.get(name).value_or(""));
    if (!value.ok()) return Wrong(fmt::format("{} {}", name, value.status().text()));
    given[found->second] = Given{name, false, *value};
  }
  return Status();
}

Status CheckTogether(const Config& config) {
  UTBOKS_RETURN_IF_ERROR(Check(config.delivery));
  if (config.retention.content_after > config.retention.record_after) {
    return Wrong("[retention] content_after is longer than record_after: make it shorter");
  }
  return Status();
}

Status Fill(Config& config, const AllGiven& all) {
  for (const Setting& setting : AllSettings()) {
    EffectiveSetting row{std::string(setting.section), std::string(setting.key), "", "default",
                         setting.built};
    const auto found = all.find(&setting);
    if (found != all.end()) {
      const Given& given = found->second;
      const std::string where =
          given.from_file ? fmt::format("{}: {}", given.source, Label(setting)) : given.source;
      if (const Status status = CheckValue(setting, given.value); !status.ok()) {
        return Wrong(where + " " + status.text());
      }
      // "" for a text is the same as leaving it out.
      const bool empty = setting.kind == SettingKind::kText && given.value.text.empty();
      if (!empty) {
        if (const Status status = setting.apply(config, given.value); !status.ok()) {
          return Wrong(where + " " + status.text());
        }
      }
      row.value = FormatValue(setting, given.value);
      row.source = given.source;
    } else if (!setting.fallback.empty()) {
      const auto value = ReadValue(setting, setting.fallback);
      if (!value.ok()) return Status(Code::kInternal, Label(setting) + ": wrong default");
      UTBOKS_RETURN_IF_ERROR(setting.apply(config, *value));
      row.value = setting.fallback;
    }
    config.effective.push_back(std::move(row));
  }
  return Status();
}

// rate_limit_per_minute follows the environment where nobody gave it.
void FillRateLimit(Config& config, const AllGiven& all) {
  const Setting* setting = FindSetting("delivery", "rate_limit_per_minute");
  if (all.contains(setting)) return;
  config.delivery.rate_limit_per_minute = AllowedRate(config.registry.production);
  for (EffectiveSetting& row : config.effective) {
    if (row.section == setting->section && row.key == setting->key) {
      row.value = std::to_string(config.delivery.rate_limit_per_minute);
      row.source = "default of the environment";
    }
  }
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Wrong(
        fmt::format("{}: the configuration cannot be read ({})", path, std::strerror(errno)));
  }
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Wrong(path + ": the configuration cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) {
    return Wrong(path + ": larger than 1 MiB, which is no configuration");
  }
  return text;
}

}  // namespace

Environment ProcessEnvironment() {
  return {[](std::string_view name) -> std::optional<std::string> {
            const char* value = std::getenv(std::string(name).c_str());
            if (value == nullptr) return std::nullopt;
            return std::string(value);
          },
          [] {
            std::vector<std::string> names;
            for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
              const std::string_view text(*entry);
              names.emplace_back(text.substr(0, text.find('=')));
            }
            return names;
          }};
}

Result<Config> ParseConfig(std::string_view text, std::string_view name,
                           const Environment& environment) {
  AllGiven given;
  try {
    const toml::table file = toml::parse(text, name);
    UTBOKS_RETURN_IF_ERROR(TakeFile(file, name, environment, given));
  } catch (const toml::parse_error& error) {
    return Wrong(fmt::format("{}: {}", At(name, error.source()), error.description()));
  }
  UTBOKS_RETURN_IF_ERROR(TakeVariables(environment, given));
  Config config;
  config.path = name;
  UTBOKS_RETURN_IF_ERROR(Fill(config, given));
  FillRateLimit(config, given);
  UTBOKS_RETURN_IF_ERROR(CheckTogether(config));
  return config;
}

Result<Config> LoadConfig(const std::optional<std::string>& path, const Environment& environment) {
  std::optional<std::string> from = path;
  if (!from) from = environment.get("UTBOKS_CONFIG");
  if (!from || from->empty()) {
    if (::access(std::string(kDefaultConfigPath).c_str(), F_OK) != 0) {
      return ParseConfig("", "", environment);
    }
    from = kDefaultConfigPath;
  }
  const auto text = ReadFile(*from);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, *from, environment);
}

}  // namespace utboks::app
