// The rows of the table of settings, a file for what belongs together, and what
// they are written with.  For settings*.cc alone: others go by settings.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "producer/app/settings.h"

namespace utboks::app {

std::span<const Setting> RegisterRows();
std::span<const Setting> DeliveryRows();
std::span<const Setting> OutboxRows();  // outbox, intake, schemas, retention, log
std::span<const Setting> ChecksRows();  // identifiers, meaning
std::span<const Setting> NoticesRows();
std::span<const Setting> AmqpRows();
// Of parts that this version does not have: accepted values change nothing.
std::span<const Setting> LaterRows();

inline constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                              kDay = 24 * kHour;  // kDuration's unit is the millisecond
inline constexpr std::int64_t kKiB = 1LL << 10, kMiB = 1LL << 20, kGiB = 1LL << 30;

// A value that goes into one field as it is.  A number is within the row's range,
// which its field can hold.
template <auto section, auto field>
Status Put(Config& config, const SettingValue& value) {
  auto& to = (config.*section).*field;
  using Type = std::remove_reference_t<decltype(to)>;
  if constexpr (std::is_same_v<Type, std::string>) {
    to = value.text;
  } else {
    to = static_cast<Type>(value.number);
  }
  return Status();
}

}  // namespace utboks::app
