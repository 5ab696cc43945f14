#include "producer/app/setting_rows.h"

#include <array>
#include <limits>

namespace utboks::app {
namespace {

using enum SettingKind;

constexpr int kIntMax = std::numeric_limits<int>::max();

Status SetNothing(Config&, const SettingValue&) {
  return Status();
}

const std::array kRows = {
    Setting{.section = "feedback",
            .key = "enabled",
            .kind = kFlag,
            .fallback = "false",
            .built = false,
            .meaning = "Whether the feedback feed is read.",
            .apply = SetNothing},
    Setting{.section = "feedback",
            .key = "version",
            .kind = kText,
            .fallback = "",
            .example = "v1",
            .built = false,
            .meaning = "The feed's version.",
            .apply = SetNothing},
    Setting{.section = "feedback",
            .key = "poll_interval",
            .kind = kDuration,
            .fallback = "",
            .example = "30s",
            .high = kDay,
            .built = false,
            .meaning = "How often it is read.",
            .apply = SetNothing},
    Setting{.section = "feedback",
            .key = "page_size",
            .kind = kInteger,
            .fallback = "",
            .example = "100",
            .high = kIntMax,
            .built = false,
            .meaning = "How much of it at a time.",
            .apply = SetNothing},
    Setting{.section = "feedback",
            .key = "silence_alarm",
            .kind = kDuration,
            .fallback = "24h",
            .high = 365 * kDay,
            .built = false,
            .meaning = "How long an accepted message may go without feedback.",
            .apply = SetNothing},
    Setting{.section = "http",
            .key = "listen",
            .kind = kText,
            .fallback = "",
            .example = "127.0.0.1:8080",
            .built = false,
            .meaning = "Address of the worker's own HTTP interface.",
            .apply = SetNothing},
    Setting{.section = "http",
            .key = "tokens_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/tokens",
            .built = false,
            .meaning = "Who may use it.",
            .apply = SetNothing},
    Setting{.section = "http",
            .key = "tls_certificate",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/http.pem",
            .built = false,
            .meaning = "Its certificate.",
            .apply = SetNothing},
    Setting{.section = "http",
            .key = "tls_key",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/http.key",
            .built = false,
            .meaning = "Its key.",
            .apply = SetNothing},
    Setting{.section = "spool",
            .key = "directory",
            .kind = kText,
            .fallback = "",
            .example = "/var/spool/utboks",
            .built = false,
            .meaning = "The drop folder.",
            .apply = SetNothing},
    Setting{.section = "spool",
            .key = "keep",
            .kind = kDuration,
            .fallback = "7d",
            .high = 3650 * kDay,
            .built = false,
            .meaning = "How long its receipts stay.",
            .apply = SetNothing},
};

}  // namespace

std::span<const Setting> LaterRows() {
  return kRows;
}

}  // namespace utboks::app
