#include "producer/app/settings.h"

#include <algorithm>
#include <array>
#include <limits>

#include "producer/app/quantity.h"
#include "producer/net/endpoint.h"

namespace utboks::app {
namespace {

using enum SettingKind;

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                       kDay = 24 * kHour;
constexpr std::int64_t kKiB = 1LL << 10, kMiB = 1LL << 20, kGiB = 1LL << 30;

Status Wrong(std::string text) {
  return Status(Code::kConfig, std::move(text));
}

int Int(const SettingValue& value) {
  return static_cast<int>(value.number);  // within its range, which is an int's
}

Status SetBaseUrl(Config& config, const SettingValue& value) {
  if (!ParseBaseUrl(value.text).ok()) {
    return Wrong("must be https://HOST or https://HOST:PORT, with nothing after it");
  }
  config.registry.base_url = value.text;
  return Status();
}

Status SetOrganisation(Config& config, const SettingValue& value) {
  const bool digits = std::all_of(value.text.begin(), value.text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (value.text.size() != 9 || !digits) return Wrong("is nine digits, without spaces");
  config.registry.organisation_number = value.text;
  return Status();
}

Status SetProxy(Config& config, const SettingValue& value) {
  if (!ParseProxy(value.text).ok()) return Wrong("must be HOST:PORT");
  config.registry.proxy = value.text;
  return Status();
}

Status SetStore(Config& config, const SettingValue& value) {
  const bool sqlite = value.text.starts_with("sqlite:") && value.text.size() > 7;
  if (!sqlite) return Wrong("is written sqlite:/path/to/outbox.db");
  config.outbox.store = value.text;
  return Status();
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

// A text or number that goes into one field.
#define UTBOKS_SET(field, what)                   \
  [](Config& config, const SettingValue& value) { \
    config.field = what;                          \
    return Status();                              \
  }

// Of a part that this version does not have: accepted values change nothing.
Status SetNothing(Config&, const SettingValue&) {
  return Status();
}

constexpr int kIntMax = std::numeric_limits<int>::max();

const std::array kSettings = {
    // ---- register ----
    Setting{.section = "register",
            .key = "base_url",
            .kind = kText,
            .fallback = "",
            .example = "https://folkeregisteret-api-ekstern.sits.no",
            .meaning = "Where the register answers: scheme, host and port. The documented paths "
                       "follow. Required by everything that opens the store.",
            .apply = SetBaseUrl},
    Setting{.section = "register",
            .key = "environment",
            .kind = kChoice,
            .fallback = "test",
            .choices = "test|production",
            .meaning = "Which of the register's environments that is: \"production\" (contract "
                       "editions in production) or \"test\" (those, and the editions in test).",
            .apply = UTBOKS_SET(registry.production, value.text == "production")},
    Setting{.section = "register",
            .key = "organisation_number",
            .kind = kText,
            .fallback = "",
            .example = "310000000",
            .meaning = "Our organisation number, nine digits. It must stand in the client "
                       "certificate's subject. Required by everything that opens the store.",
            .apply = SetOrganisation},
    Setting{.section = "register",
            .key = "client_certificate",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.pem",
            .meaning = "Our certificate (virksomhetssertifikat) with its chain, as PEM; or a "
                       "PKCS#12 file (.p12, .pfx) that holds certificate and key.",
            .apply = UTBOKS_SET(registry.client_certificate, value.text)},
    Setting{.section = "register",
            .key = "client_key",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.key",
            .meaning = "The certificate's private key as PEM, readable by the service's user "
                       "alone. Left out with PKCS#12.",
            .apply = UTBOKS_SET(registry.client_key, value.text)},
    Setting{.section = "register",
            .key = "client_key_password_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/client.password",
            .meaning = "File whose first line is the password of client_key or of the PKCS#12 "
                       "file. Left out when there is none.",
            .apply = UTBOKS_SET(registry.client_key_password_file, value.text)},
    Setting{.section = "register",
            .key = "ca_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/register-ca.pem",
            .meaning = "The authorities we trust to vouch for the register, as PEM. Left out: "
                       "the system's. The server's own certificate is never pinned.",
            .apply = UTBOKS_SET(registry.ca_file, value.text)},
    Setting{.section = "register",
            .key = "proxy",
            .kind = kText,
            .fallback = "",
            .example = "proxy.example.no:8080",
            .meaning = "HTTP proxy that connections to the register go through (CONNECT). Left "
                       "out: none.",
            .apply = SetProxy},
    Setting{.section = "register",
            .key = "connect_timeout",
            .kind = kDuration,
            .fallback = "10s",
            .low = 100,
            .high = 5 * kMinute,
            .meaning = "How long a connection with its TLS handshake may take, in all.",
            .apply = UTBOKS_SET(registry.connect_timeout, Millis(value.number))},
    Setting{.section = "register",
            .key = "response_timeout",
            .kind = kDuration,
            .fallback = "60s",
            .low = kSecond,
            .high = 30 * kMinute,
            .meaning = "How long a request may take from its first byte to the answer's last. A "
                       "request cut off after its last byte was sent is in doubt.",
            .apply = UTBOKS_SET(registry.response_timeout, Millis(value.number))},
    // ---- outbox ----
    Setting{.section = "outbox",
            .key = "store",
            .kind = kText,
            .fallback = "sqlite:/var/lib/utboks/outbox.db",
            .meaning = "Where messages are kept: an SQLite file on a local disk. A store belongs "
                       "to one environment, one organisation and one host of the register for "
                       "ever; any other ends with exit code 78.",
            .apply = SetStore},
    Setting{.section = "outbox",
            .key = "key_file",
            .kind = kText,
            .fallback = "",
            .example = "/var/lib/utboks/outbox.db.keys",
            .meaning = "The keys that seal content, one per line as id, purpose (seal or lookup) "
                       "and base64. Left out: beside the store, with .keys at the end of its "
                       "name. It is made together with a new store. Back it up apart from the "
                       "store: without it nothing can be read.",
            .apply = UTBOKS_SET(outbox.key_file, value.text)},
    Setting{.section = "outbox",
            .key = "min_free",
            .kind = kSize,
            .fallback = "256MiB",
            .low = 0,
            .high = 1024 * kGiB,
            .meaning = "Free space on the store's disk below which nothing more is taken in. "
                       "Delivery goes on.",
            .apply = UTBOKS_SET(outbox.min_free, value.number)},
    // ---- intake ----
    Setting{.section = "intake",
            .key = "max_document",
            .kind = kSize,
            .fallback = "2MiB",
            .low = kKiB,
            .high = kGiB,
            .meaning = "Largest document taken in.",
            .apply = UTBOKS_SET(intake.max_document, value.number)},
    Setting{.section = "intake",
            .key = "max_attachments",
            .kind = kSize,
            .fallback = "50MiB",
            .low = 0,
            .high = kGiB,
            .meaning = "Largest sum of a message's attachments.",
            .apply = UTBOKS_SET(intake.max_attachments, value.number)},
    Setting{.section = "intake",
            .key = "max_depth",
            .kind = kInteger,
            .fallback = "256",
            .low = 8,
            .high = 10'000,
            .meaning = "How deep elements may stand in each other.",
            .apply = UTBOKS_SET(intake.max_depth, Int(value))},
    Setting{.section = "intake",
            .key = "max_attributes",
            .kind = kInteger,
            .fallback = "512",
            .low = 1,
            .high = 100'000,
            .meaning = "How many attributes one element may have.",
            .apply = UTBOKS_SET(intake.max_attributes, Int(value))},
    // ---- delivery ----
    Setting{.section = "delivery",
            .key = "max_in_flight",
            .kind = kInteger,
            .fallback = "32",
            .low = 1,
            .high = 1024,
            .meaning = "Most requests under way at once to one resource. The window starts at 1, "
                       "grows with success and halves with failure.",
            .apply = UTBOKS_SET(delivery.max_in_flight, Int(value))},
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
            .apply = UTBOKS_SET(delivery.rate_limit_per_minute, Int(value))},
    Setting{.section = "delivery",
            .key = "backoff_min",
            .kind = kDuration,
            .fallback = "2s",
            .low = 1,
            .high = kDay,
            .meaning = "Shortest wait before a message that failed is tried again. Waits grow at "
                       "random up to backoff_max.",
            .apply = UTBOKS_SET(delivery.backoff_min, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "backoff_max",
            .kind = kDuration,
            .fallback = "15m",
            .low = 1,
            .high = 7 * kDay,
            .meaning = "Longest wait before a message that failed is tried again.",
            .apply = UTBOKS_SET(delivery.backoff_max, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "lifetime",
            .kind = kDuration,
            .fallback = "14d",
            .low = kMinute,
            .high = 3650 * kDay,
            .meaning = "How long a message may fail, from its first failure through open gates, "
                       "before it is held for a person. Nothing expires while the register is "
                       "away, and nothing is ever deleted for it.",
            .apply = UTBOKS_SET(delivery.lifetime, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "stop_timeout",
            .kind = kDuration,
            .fallback = "30s",
            .low = 0,
            .high = kHour,
            .meaning = "How long requests under way may take to end when the worker is told to "
                       "stop. What is then cut off is in doubt.",
            .apply = UTBOKS_SET(delivery.stop_timeout, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "probe_interval",
            .kind = kDuration,
            .fallback = "1s",
            .low = 10,
            .high = kHour,
            .meaning = "How often a closed gate is probed at first: ten times, then ever more "
                       "seldom up to probe_interval_max.",
            .apply = UTBOKS_SET(delivery.probe_interval, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "probe_interval_max",
            .kind = kDuration,
            .fallback = "15s",
            .low = 10,
            .high = kDay,
            .meaning = "How seldom a closed gate is probed at most.",
            .apply = UTBOKS_SET(delivery.probe_interval_max, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "probe_timeout",
            .kind = kDuration,
            .fallback = "10s",
            .low = 100,
            .high = 10 * kMinute,
            .meaning = "How long a probe, a HEAD and one message, may take in all.",
            .apply = UTBOKS_SET(delivery.probe_timeout, Millis(value.number))},
    Setting{.section = "delivery",
            .key = "gate_failures",
            .kind = kInteger,
            .fallback = "3",
            .low = 1,
            .high = 1000,
            .meaning = "Failures of different messages in a row that close a resource's gate.",
            .apply = UTBOKS_SET(delivery.gate_failures, Int(value))},
    Setting{.section = "delivery",
            .key = "blame_run",
            .kind = kInteger,
            .fallback = "5",
            .low = 2,
            .high = 1000,
            .meaning = "Different messages in a row that the register blames before we blame the "
                       "resource instead: they are held, and a person looks.",
            .apply = UTBOKS_SET(delivery.blame_run, Int(value))},
    Setting{.section = "delivery",
            .key = "retry_after_max",
            .kind = kDuration,
            .fallback = "1h",
            .low = kSecond,
            .high = 7 * kDay,
            .meaning = "Longest wait that a 429's Retry-After can ask of us.",
            .apply = UTBOKS_SET(delivery.retry_after_max, Millis(value.number))},
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
            .apply = UTBOKS_SET(delivery.in_doubt_resends, Int(value))},
    Setting{.section = "delivery",
            .key = "crash_limit",
            .kind = kInteger,
            .fallback = "10",
            .low = 0,
            .high = 1000,
            .meaning = "Workers that died while sending one message before it is held (it may be "
                       "what kills them); 0 is no limit.",
            .apply = UTBOKS_SET(delivery.crash_limit, Int(value))},
    Setting{.section = "delivery",
            .key = "on_head_failed",
            .kind = kChoice,
            .fallback = "wait",
            .choices = "wait|continue",
            .meaning = "Whether later messages about a person go (\"continue\") or stay "
                       "(\"wait\") when the one before them was rejected or held.",
            .apply = UTBOKS_SET(delivery.on_head_failed,
                                value.text == "wait" ? HeadPolicy::kWait : HeadPolicy::kContinue)},
    // ---- retention ----
    Setting{.section = "retention",
            .key = "content_after",
            .kind = kDuration,
            .fallback = "30d",
            .low = kMinute,
            .high = 36'500 * kDay,
            .meaning = "When `utboks purge` removes content: so long after a message was closed, "
                       "rejected or cancelled. One that is held keeps it.",
            .apply = UTBOKS_SET(retention.content_after, Millis(value.number))},
    Setting{.section = "retention",
            .key = "record_after",
            .kind = kDuration,
            .fallback = "400d",
            .low = kMinute,
            .high = 36'500 * kDay,
            .meaning = "When it removes the record too. What stays for ever is the identifier's "
                       "keyed hash, so that it cannot be used twice.",
            .apply = UTBOKS_SET(retention.record_after, Millis(value.number))},
    // ---- log ----
    Setting{.section = "log",
            .key = "level",
            .kind = kChoice,
            .fallback = "info",
            .choices = "debug|info|warning|error",
            .meaning = "What is logged, to standard error: debug, info, warning or error, and "
                       "what is graver.",
            .apply = UTBOKS_SET(log.level, *ParseLogLevel(value.text))},
    Setting{.section = "log",
            .key = "format",
            .kind = kChoice,
            .fallback = "text",
            .choices = "text|json",
            .meaning = "\"text\", or \"json\": one object a line.",
            .apply =
                UTBOKS_SET(log.format, value.text == "json" ? LogFormat::kJson : LogFormat::kText)},
    // ---- parts that this version does not have ----
    Setting{.section = "identifiers",
            .key = "checks",
            .kind = kChoice,
            .fallback = "error",
            .choices = "error|warning|off",
            .built = false,
            .off = "off",
            .meaning =
                "What a wrong personal or organisation number in a document is, once they are "
                "checked.",
            .apply = SetNothing},
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
    Setting{.section = "notices",
            .key = "urls",
            .kind = kList,
            .fallback = "",
            .built = false,
            .meaning = "Feeds of operating notices.",
            .apply = SetNothing},
    Setting{.section = "notices",
            .key = "poll_interval",
            .kind = kDuration,
            .fallback = "10m",
            .high = kDay,
            .built = false,
            .meaning = "How often they are read.",
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
    Setting{.section = "amqp",
            .key = "url",
            .kind = kText,
            .fallback = "",
            .example = "amqps://broker.example.no",
            .built = false,
            .meaning = "The message broker.",
            .apply = SetNothing},
    Setting{.section = "amqp",
            .key = "password_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/amqp.password",
            .built = false,
            .meaning = "Our password there.",
            .apply = SetNothing},
    Setting{.section = "amqp",
            .key = "intake_queue",
            .kind = kText,
            .fallback = "",
            .example = "utboks.inn",
            .built = false,
            .meaning = "Where messages come from.",
            .apply = SetNothing},
    Setting{.section = "amqp",
            .key = "outcome_exchange",
            .kind = kText,
            .fallback = "",
            .example = "utboks.ut",
            .built = false,
            .meaning = "Where outcomes go.",
            .apply = SetNothing},
    Setting{.section = "amqp",
            .key = "prefetch",
            .kind = kInteger,
            .fallback = "",
            .example = "64",
            .high = kIntMax,
            .built = false,
            .meaning = "Messages taken at a time.",
            .apply = SetNothing},
    Setting{.section = "amqp",
            .key = "declare",
            .kind = kFlag,
            .fallback = "false",
            .built = false,
            .meaning = "Whether queues and exchange are made.",
            .apply = SetNothing},
};

#undef UTBOKS_SET

}  // namespace

std::span<const Setting> AllSettings() {
  return kSettings;
}

const Setting* FindSetting(std::string_view section, std::string_view key) {
  for (const Setting& setting : kSettings) {
    if (setting.section == section && setting.key == key) return &setting;
  }
  return nullptr;
}

}  // namespace utboks::app
