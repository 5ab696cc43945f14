#include "producer/app/setting_rows.h"

#include <array>

namespace utboks::app {
namespace {

using enum SettingKind;

Status SetStore(Config& config, const SettingValue& value) {
  const bool sqlite = value.text.starts_with("sqlite:") && value.text.size() > 7;
  const bool postgres =
      value.text.starts_with("postgresql://") || value.text.starts_with("postgres://");
  if (!sqlite && !postgres) {
    return Status(Code::kConfig,
                  "is written sqlite:/path/to/outbox.db or postgresql://USER@HOST/DATABASE");
  }
  config.outbox.store = value.text;
  return Status();
}

Status SetLogLevel(Config& config, const SettingValue& value) {
  config.log.level = *ParseLogLevel(value.text);  // one of the choices
  return Status();
}

Status SetLogFormat(Config& config, const SettingValue& value) {
  config.log.format = value.text == "json" ? LogFormat::kJson : LogFormat::kText;
  return Status();
}

const std::array kRows = {
    Setting{.section = "outbox",
            .key = "store",
            .kind = kText,
            .fallback = "sqlite:/var/lib/utboks/outbox.db",
            .meaning = "Where messages are kept: an SQLite file on a local disk, or, for workers "
                       "on several machines, postgresql://USER@HOST/DATABASE with what libpq "
                       "understands beside it (?sslmode=verify-full&passfile=/etc/utboks/pgpass); "
                       "a password stands in a file, never here. A store belongs to one "
                       "environment, one organisation and one host of the register for ever; any "
                       "other ends with exit code 78.",
            .apply = SetStore},
    Setting{.section = "outbox",
            .key = "key_file",
            .kind = kText,
            .fallback = "",
            .example = "/var/lib/utboks/outbox.db.keys",
            .meaning = "The keys that seal content, one per line as id, purpose (seal or lookup) "
                       "and base64. Left out: beside the store, with .keys at the end of its "
                       "name; required for PostgreSQL, where every host has a copy of the same "
                       "file. It is made together with a new store. Back it up apart from the "
                       "store: without it nothing can be read.",
            .apply = Put<&Config::outbox, &OutboxSection::key_file>},
    Setting{.section = "outbox",
            .key = "worker",
            .kind = kText,
            .fallback = "",
            .example = "host-1",
            .meaning = "This worker's name, which it keeps over a restart: what it was sending "
                       "when it died it takes back at once. Left out: the machine's. On PostgreSQL "
                       "no two workers have one name.",
            .apply = Put<&Config::outbox, &OutboxSection::worker>},
    Setting{.section = "outbox",
            .key = "min_free",
            .kind = kSize,
            .fallback = "256MiB",
            .low = 0,
            .high = 1024 * kGiB,
            .meaning = "Free space on the disk of an SQLite store below which nothing more is "
                       "taken in. Delivery goes on.",
            .apply = Put<&Config::outbox, &OutboxSection::min_free>},
    Setting{.section = "intake",
            .key = "max_document",
            .kind = kSize,
            .fallback = "2MiB",
            .low = kKiB,
            .high = kGiB,
            .meaning = "Largest document taken in.",
            .apply = Put<&Config::intake, &IntakeSection::max_document>},
    Setting{.section = "intake",
            .key = "max_attachments",
            .kind = kSize,
            .fallback = "50MiB",
            .low = 0,
            .high = kGiB,
            .meaning = "Largest sum of a message's attachments.",
            .apply = Put<&Config::intake, &IntakeSection::max_attachments>},
    Setting{.section = "intake",
            .key = "max_depth",
            .kind = kInteger,
            .fallback = "256",
            .low = 8,
            .high = 10'000,
            .meaning = "How deep elements may stand in each other.",
            .apply = Put<&Config::intake, &IntakeSection::max_depth>},
    Setting{.section = "intake",
            .key = "max_attributes",
            .kind = kInteger,
            .fallback = "512",
            .low = 1,
            .high = 100'000,
            .meaning = "How many attributes one element may have.",
            .apply = Put<&Config::intake, &IntakeSection::max_attributes>},
    Setting{.section = "schemas",
            .key = "directory",
            .kind = kText,
            .fallback = "/var/lib/utboks/schemas",
            .meaning = "Where `utboks schemas install` puts the XSD files that the register "
                       "publishes, which then go before the shipped ones, contract by contract. "
                       "No such folder, or \"\": the shipped ones. The worker's user writes there. "
                       "Agencies on one machine may share it.",
            .apply = Put<&Config::schemas, &SchemasSection::directory>},
    Setting{.section = "retention",
            .key = "content_after",
            .kind = kDuration,
            .fallback = "30d",
            .low = kMinute,
            .high = 36'500 * kDay,
            .meaning = "When `utboks purge` removes content: so long after a message was closed, "
                       "rejected or cancelled. One that is held keeps it.",
            .apply = Put<&Config::retention, &RetentionSection::content_after>},
    Setting{.section = "retention",
            .key = "record_after",
            .kind = kDuration,
            .fallback = "400d",
            .low = kMinute,
            .high = 36'500 * kDay,
            .meaning = "When it removes the record too. What stays for ever is the identifier's "
                       "keyed hash, so that it cannot be used twice.",
            .apply = Put<&Config::retention, &RetentionSection::record_after>},
    Setting{.section = "log",
            .key = "level",
            .kind = kChoice,
            .fallback = "info",
            .choices = "debug|info|warning|error",
            .meaning = "What is logged, to standard error: debug, info, warning or error, and "
                       "what is graver.",
            .apply = SetLogLevel},
    Setting{.section = "log",
            .key = "format",
            .kind = kChoice,
            .fallback = "text",
            .choices = "text|json",
            .meaning = "\"text\", or \"json\": one object a line.",
            .apply = SetLogFormat},
};

}  // namespace

std::span<const Setting> OutboxRows() {
  return kRows;
}

}  // namespace utboks::app
