#include "producer/app/setting_rows.h"

#include <array>
#include <utility>

#include "producer/app/quantity.h"

namespace utboks::app {
namespace {

using enum SettingKind;

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

Status SetDoubt(Config& config, const SettingValue& value) {
  DeliverySettings& delivery = config.delivery;
  if (value.text == "by-feed") {
    delivery.in_doubt = DoubtPolicy::kByFeed;
  } else if (value.text == "resend") {
    delivery.in_doubt = DoubtPolicy::kResend;
  } else if (value.text == "hold") {
    delivery.in_doubt = DoubtPolicy::kHold;
  } else if (value.text.starts_with("wait:")) {
    const auto wait = ParseDuration(std::string_view(value.text).substr(5));
    if (!wait.ok()) return Wrong("is written wait:10m; " + wait.status().text());
    delivery.in_doubt = DoubtPolicy::kWait;
    delivery.doubt_wait = *wait;
  } else {
    return Wrong("is by-feed, wait:10m (any duration), resend or hold");
  }
  return Status();
}

Status SetOnHeadFailed(Config& config, const SettingValue& value) {
  config.delivery.on_head_failed = value.text == "wait" ? HeadPolicy::kWait : HeadPolicy::kContinue;
  return Status();
}

const std::array kRows = {
    Setting{.section = "delivery",
            .key = "max_in_flight",
            .kind = kInteger,
            .fallback = "32",
            .low = 1,
            .high = 1024,
            .meaning = "Most requests under way at once to one resource. The window starts at 1, "
                       "grows with success and halves with failure.",
            .apply = Put<&Config::delivery, &DeliverySettings::max_in_flight>},
    Setting{.section = "delivery",
            .key = "rate_limit_per_minute",
            .kind = kInteger,
            .fallback = "",
            .example = "1200",
            .low = 0,
            .high = 10'000'000,
            .meaning = "Most requests in any minute, all workers of the store together; 0 is no "
                       "limit. Left out: what the register allows one IP address, 60000 in "
                       "production and 1200 in test. Programs behind the same address share it.",
            .apply = Put<&Config::delivery, &DeliverySettings::rate_limit_per_minute>},
    Setting{.section = "delivery",
            .key = "backoff_min",
            .kind = kDuration,
            .fallback = "2s",
            .low = 1,
            .high = kDay,
            .meaning = "Shortest wait before a message that failed is tried again. Waits grow at "
                       "random up to backoff_max.",
            .apply = Put<&Config::delivery, &DeliverySettings::backoff_min>},
    Setting{.section = "delivery",
            .key = "backoff_max",
            .kind = kDuration,
            .fallback = "15m",
            .low = 1,
            .high = 7 * kDay,
            .meaning = "Longest wait before a message that failed is tried again.",
            .apply = Put<&Config::delivery, &DeliverySettings::backoff_max>},
    Setting{.section = "delivery",
            .key = "lifetime",
            .kind = kDuration,
            .fallback = "14d",
            .low = kMinute,
            .high = 3650 * kDay,
            .meaning = "How long a message may fail, from its first failure through open gates, "
                       "before it is held for a person. Nothing expires while the register is "
                       "away, and nothing is ever deleted for it.",
            .apply = Put<&Config::delivery, &DeliverySettings::lifetime>},
    Setting{.section = "delivery",
            .key = "stop_timeout",
            .kind = kDuration,
            .fallback = "30s",
            .low = 0,
            .high = kHour,
            .meaning = "How long requests under way may take to end when the worker is told to "
                       "stop. What is then cut off is in doubt.",
            .apply = Put<&Config::delivery, &DeliverySettings::stop_timeout>},
    Setting{.section = "delivery",
            .key = "probe_interval",
            .kind = kDuration,
            .fallback = "1s",
            .low = 10,
            .high = kHour,
            .meaning = "How often a closed gate is probed at first: ten times, then ever more "
                       "seldom up to probe_interval_max.",
            .apply = Put<&Config::delivery, &DeliverySettings::probe_interval>},
    Setting{.section = "delivery",
            .key = "probe_interval_max",
            .kind = kDuration,
            .fallback = "15s",
            .low = 10,
            .high = kDay,
            .meaning = "How seldom a closed gate is probed at most.",
            .apply = Put<&Config::delivery, &DeliverySettings::probe_interval_max>},
    Setting{.section = "delivery",
            .key = "probe_timeout",
            .kind = kDuration,
            .fallback = "10s",
            .low = 100,
            .high = 10 * kMinute,
            .meaning = "How long a probe, a HEAD and one message, may take in all.",
            .apply = Put<&Config::delivery, &DeliverySettings::probe_timeout>},
    Setting{.section = "delivery",
            .key = "gate_failures",
            .kind = kInteger,
            .fallback = "3",
            .low = 1,
            .high = 1000,
            .meaning =
                "Failures in a row that close a resource's gate: of different messages, one that "
                "comes back after another's failure counted once more.",
            .apply = Put<&Config::delivery, &DeliverySettings::gate_failures>},
    Setting{.section = "delivery",
            .key = "blame_run",
            .kind = kInteger,
            .fallback = "5",
            .low = 2,
            .high = 1000,
            .meaning = "Different messages in a row that the register blames before we blame the "
                       "resource instead: they are held, and a person looks.",
            .apply = Put<&Config::delivery, &DeliverySettings::blame_run>},
    Setting{.section = "delivery",
            .key = "retry_after_max",
            .kind = kDuration,
            .fallback = "1h",
            .low = kSecond,
            .high = 7 * kDay,
            .meaning = "Longest wait that a 429's Retry-After can ask of us.",
            .apply = Put<&Config::delivery, &DeliverySettings::retry_after_max>},
    Setting{.section = "delivery",
            .key = "in_doubt",
            .kind = kText,
            .fallback = "by-feed",
            .meaning = "What becomes of a message that was sent and not answered: \"wait:10m\" "
                       "waits so long for the feedback feed to settle it, \"resend\" sends the "
                       "same bytes again after backoff, \"hold\" leaves it to a person. "
                       "\"by-feed\" waits while the feed is read and resends otherwise.",
            .apply = SetDoubt},
    Setting{.section = "delivery",
            .key = "in_doubt_resends",
            .kind = kInteger,
            .fallback = "3",
            .low = 1,
            .high = 1000,
            .meaning = "Unanswered sends of one message, through an open gate, before it is held.",
            .apply = Put<&Config::delivery, &DeliverySettings::in_doubt_resends>},
    Setting{.section = "delivery",
            .key = "crash_limit",
            .kind = kInteger,
            .fallback = "10",
            .low = 0,
            .high = 1000,
            .meaning = "Workers that died while sending one message before it is held (it may be "
                       "what kills them); 0 is no limit.",
            .apply = Put<&Config::delivery, &DeliverySettings::crash_limit>},
    Setting{.section = "delivery",
            .key = "on_head_failed",
            .kind = kChoice,
            .fallback = "wait",
            .choices = "wait|continue",
            .meaning = "Whether later messages about a person go (\"continue\") or stay "
                       "(\"wait\") when the one before them was rejected or held.",
            .apply = SetOnHeadFailed},
};

}  // namespace

std::span<const Setting> DeliveryRows() {
  return kRows;
}

}  // namespace utboks::app
