// conf/utboks.toml is the manual: every setting of the code stands in it with its
// default and its comment, and nothing else does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "producer/app/settings.h"

namespace utboks::app {
namespace {

struct Entry {
  std::string comment;  // its lines joined by blanks
  std::string value;    // as in TOML
  bool active = false;  // false: "#key = …", an example
  int line = 0;
};
using Manual = std::map<std::pair<std::string, std::string>, Entry>;

std::string Unwrapped(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string word, out;
  while (words >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

bool IsKeyChar(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

Manual Read(const std::string& path) {
  Manual manual;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::string line, section, comment;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty()) {
      comment.clear();
    } else if (line.starts_with("# ")) {
      comment += line.substr(2) + " ";
    } else if (line.starts_with("[")) {
      section = line.substr(1, line.size() - 2);
      comment.clear();
    } else if (line != "#") {
      const bool active = line.front() != '#';
      const std::string text = active ? line : line.substr(1);
      const std::size_t equals = text.find(" = ");
      EXPECT_NE(equals, std::string::npos) << path << ":" << number;
      EXPECT_TRUE(IsKeyChar(text.front())) << path << ":" << number;
      const auto [entry, fresh] =
          manual.insert({{section, text.substr(0, equals)},
                         {Unwrapped(comment), text.substr(equals + 3), active, number}});
      EXPECT_TRUE(fresh) << path << ":" << number << " stands twice";
      comment.clear();
    }
  }
  return manual;
}

std::string AsToml(const Setting& setting, std::string_view value) {
  if (setting.kind == SettingKind::kList) {
    std::string list;
    const auto read = ReadValue(setting, value);
    for (const std::string& one : read->list) {
      list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", one);
    }
    return "[" + list + "]";
  }
  const bool bare = setting.kind == SettingKind::kInteger || setting.kind == SettingKind::kFlag;
  return bare ? std::string(value) : fmt::format("\"{}\"", value);
}

const Environment kNothing = {[](std::string_view) { return std::nullopt; },
                              [] { return std::vector<std::string>(); }};

TEST(ManualTest, EverySettingOfTheCodeStandsInTheFile) {
  const Manual manual = Read(UTBOKS_MANUAL);
  for (const Setting& setting : AllSettings()) {
    const auto found = manual.find({std::string(setting.section), std::string(setting.key)});
    if (found == manual.end()) {
      ADD_FAILURE() << "missing: [" << setting.section << "] " << setting.key;
      continue;
    }
    const Entry& entry = found->second;
    const bool has_default = !setting.fallback.empty() || setting.kind == SettingKind::kList;
    EXPECT_EQ(entry.active, has_default) << setting.key;
    EXPECT_EQ(entry.value, AsToml(setting, has_default ? setting.fallback : setting.example))
        << setting.key;
    EXPECT_EQ(entry.comment, Unwrapped(setting.meaning)) << setting.key;
    EXPECT_FALSE(setting.meaning.empty()) << setting.key;
  }
}

TEST(ManualTest, EverySettingOfTheFileStandsInTheCode) {
  for (const auto& [name, entry] : Read(UTBOKS_MANUAL)) {
    EXPECT_NE(FindSetting(name.first, name.second), nullptr)
        << "line " << entry.line << ": [" << name.first << "] " << name.second;
  }
}

TEST(ManualTest, TheFileIsReadAndChangesNothing) {
  const auto config = LoadConfig(UTBOKS_MANUAL, kNothing);
  ASSERT_TRUE(config.ok()) << config.status().text();
  const auto defaults = ParseConfig("", "", kNothing);
  ASSERT_TRUE(defaults.ok());
  ASSERT_EQ(config->effective.size(), defaults->effective.size());
  for (std::size_t i = 0; i < config->effective.size(); ++i) {
    const Setting& setting = AllSettings()[i];
    const auto one = ReadValue(setting, config->effective[i].value);
    const auto two = ReadValue(setting, defaults->effective[i].value);
    EXPECT_EQ(one.ok(), two.ok()) << setting.key;
    if (one.ok() && two.ok()) {
      EXPECT_EQ(*one, *two) << setting.key;
    }
  }
}

TEST(ManualTest, EachExampleIsAcceptedWhereItsPartIsBuilt) {
  for (const Setting& setting : AllSettings()) {
    if (setting.example.empty()) continue;
    const auto config = ParseConfig(fmt::format("[{}]\n{} = {}\n", setting.section, setting.key,
                                                AsToml(setting, setting.example)),
                                    "example", kNothing);
    EXPECT_EQ(config.ok(), setting.built) << setting.key << " " << config.status().text();
  }
}

}  // namespace
}  // namespace utboks::app
