#include "producer/app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "producer/app/quantity.h"

namespace utboks::app {
namespace {

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

std::string FormatNumber(SettingKind kind, std::int64_t number) {
  if (kind == SettingKind::kDuration) return FormatDuration(Millis(number));
  if (kind == SettingKind::kSize) return FormatSize(number);
  return std::to_string(number);
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(at, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

Status CheckRange(const Setting& setting, const SettingValue& value) {
  if (setting.kind == SettingKind::kChoice) {
    const auto choices = Split(setting.choices, '|');
    if (std::find(choices.begin(), choices.end(), value.text) == choices.end()) {
      return Wrong(fmt::format("must be one of: {}", fmt::join(choices, ", ")));
    }
  }
  const bool number = setting.kind == SettingKind::kInteger ||
                      setting.kind == SettingKind::kDuration || setting.kind == SettingKind::kSize;
  if (number && (value.number < setting.low || value.number > setting.high)) {
    return Wrong(fmt::format("must lie between {} and {}", FormatNumber(setting.kind, setting.low),
                             FormatNumber(setting.kind, setting.high)));
  }
  return Status();
}

// Of a part that is not built, only what leaves it off.
Status CheckBuilt(const Setting& setting, const SettingValue& value) {
  for (const std::string_view accepted : {setting.fallback, setting.off}) {
    const auto off = ReadValue(setting, accepted);
    if (off.ok() && *off == value) return Status();
  }
  if (setting.fallback.empty()) return Wrong("is not in this version; leave it out");
  return Wrong(fmt::format("is not in this version; leave it out, or at {}",
                           setting.off.empty() ? setting.fallback : setting.off));
}

}  // namespace

std::string FormatValue(const Setting& setting, const SettingValue& value) {
  switch (setting.kind) {
    case SettingKind::kText:
    case SettingKind::kChoice:
      return value.text;
    case SettingKind::kInteger:
    case SettingKind::kDuration:
    case SettingKind::kSize:
      return FormatNumber(setting.kind, value.number);
    case SettingKind::kFlag:
      return value.flag ? "true" : "false";
    case SettingKind::kList:
      return fmt::format("{}", fmt::join(value.list, ", "));
  }
  return "";
}

Result<SettingValue> ReadValue(const Setting& setting, std::string_view text) {
  SettingValue value;
  switch (setting.kind) {
    case SettingKind::kText:
    case SettingKind::kChoice:
      value.text = text;
      return value;
    case SettingKind::kInteger: {
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), value.number);
      if (error != std::errc() || end != text.data() + text.size()) {
        return Wrong("must be a whole number");
      }
      return value;
    }
    case SettingKind::kDuration: {
      const auto duration = ParseDuration(text);
      if (!duration.ok()) return Wrong("has a wrong value; " + duration.status().text());
      value.number = duration->count();
      return value;
    }
    case SettingKind::kSize: {
      const auto size = ParseSize(text);
      if (!size.ok()) return Wrong("has a wrong value; " + size.status().text());
      value.number = *size;
      return value;
    }
    case SettingKind::kFlag:
      if (text != "true" && text != "false") return Wrong("must be true or false");
      value.flag = text == "true";
      return value;
    case SettingKind::kList:
      if (!text.empty()) {
        for (std::string_view part : Split(text, ',')) {
          part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
          value.list.emplace_back(part.substr(0, part.find_last_not_of(' ') + 1));
        }
      }
      return value;
  }
  return Wrong("has no value");
}

Status CheckValue(const Setting& setting, const SettingValue& value) {
  // A range says nothing about a part that is not there.
  return setting.built ? CheckRange(setting, value) : CheckBuilt(setting, value);
}

}  // namespace utboks::app
