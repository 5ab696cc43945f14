// The table of settings: every key of utboks.toml, and nothing anywhere else.
//
// It drives reading, `utboks config`, and the test that holds conf/utboks.toml
// against the code both ways: `meaning` is the comment that stands there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "producer/app/config.h"

namespace utboks::app {

enum class SettingKind { kText, kChoice, kInteger, kDuration, kSize, kFlag, kList };

// A value of the right type and within its range.
struct SettingValue {
  std::string text;               // kText, kChoice
  std::int64_t number = 0;        // kInteger; kDuration in ms; kSize in bytes
  bool flag = false;              // kFlag
  std::vector<std::string> list;  // kList

  bool operator==(const SettingValue&) const = default;
};

struct Setting {
  std::string_view section, key;
  SettingKind kind;
  std::string_view fallback;       // the default as people write it; "" = none
  std::string_view example = "";   // where there is no default
  std::string_view choices = "";   // kChoice: "a|b"
  std::int64_t low = 0, high = 0;  // kInteger, kDuration, kSize
  // Not built yet: only the default, or `off`, is accepted.
  bool built = true;
  std::string_view off = "";
  std::string_view meaning;
  // Puts it into the configuration; a failure's text goes after the key.
  Status (*apply)(Config& config, const SettingValue& value) = nullptr;
};

std::span<const Setting> AllSettings();

// nullptr when there is none.
const Setting* FindSetting(std::string_view section, std::string_view key);

// A value given as text: a variable, a default, a quoted value in the file.
// Failures are texts that go after the setting's name, as CheckValue's are.
Result<SettingValue> ReadValue(const Setting& setting, std::string_view text);
// As people write it, without quotes.
std::string FormatValue(const Setting& setting, const SettingValue& value);
// Whether `value` is in range, one of the choices, and of a part that is built.
Status CheckValue(const Setting& setting, const SettingValue& value);
}  // namespace utboks::app
