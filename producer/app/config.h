// utboks.toml, read strictly: what a mistyped key would quietly leave at its
// default ends the program instead.
//
// Plain values, one struct per section; producer/app/settings holds the table
// that says which key sets which field.  A Config is read once and then const.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "producer/xml/meaning_rules.h"
#include "queue/base/clock.h"
#include "queue/base/log.h"
#include "queue/base/status.h"
#include "queue/delivery_settings.h"

namespace utboks::app {

struct RegisterSection {
  std::string base_url;  // "" = not set; fit for ParseBaseUrl
  bool production = false;
  std::string organisation_number;
  std::string client_certificate, client_key, client_key_password_file, ca_file;
  std::string proxy;  // "" = none; fit for ParseProxy
  Millis connect_timeout{}, response_timeout{};
};

struct OutboxSection {
  std::string store;
  std::string key_file;  // "" = beside the store
  std::string worker;    // "" = this machine's name
  std::int64_t min_free = 0;
};

struct IntakeSection {
  std::int64_t max_document = 0, max_attachments = 0;
  int max_depth = 0, max_attributes = 0;
};

struct IdentifiersSection {
  Severity checks = Severity::kError;  // of control digits
};

struct SchemasSection {
  std::string directory;  // "" = shipped ones alone
};

struct RetentionSection {
  Millis content_after{}, record_after{};
};

struct NoticesSection {
  std::vector<std::string> urls;  // fit for ParsePageAddress
  Millis poll_interval{};
  std::string ca_file;  // "" = the system's authorities
  std::string proxy;    // "" = none; fit for ParseProxy
};

struct AmqpSection {
  std::string url;            // "" = no broker; fit for amqp::ParseAddress
  std::string password_file;  // "" = guest
  std::string ca_file;        // "" = the system's authorities
  std::string client_certificate, client_key;
  std::string intake_queue, outcome_exchange;  // "" = none
  int prefetch = 0;
  bool declare = false;
  std::vector<std::string> outcome_events;  // names of events that are told
};

struct LogSection {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

// One row of `utboks config`.
struct EffectiveSetting {
  std::string section, key;
  std::string value;   // as it would be written; a secret stands in a file and never here
  std::string source;  // "default", "FILE:LINE", "UTBOKS_SECTION_KEY"
  bool in_this_version = true;
};

struct Config {
  RegisterSection registry;
  OutboxSection outbox;
  IntakeSection intake;
  IdentifiersSection identifiers;
  MeaningRules meaning;
  SchemasSection schemas;
  DeliverySettings delivery;
  RetentionSection retention;
  NoticesSection notices;
  AmqpSection amqp;
  LogSection log;
  std::string path;  // the file read; "" = none, everything at its default
  std::vector<EffectiveSetting> effective;
};

// The process's environment, or a test's.
struct Environment {
  // nothing = not defined
  std::function<std::optional<std::string>(std::string_view name)> get;
  // all names, to find mistyped UTBOKS_SECTION_KEY
  std::function<std::vector<std::string>()> names;
};
Environment ProcessEnvironment();

inline constexpr std::string_view kDefaultConfigPath = "/etc/utboks/utboks.toml";

// What the register allows one IP address in a minute: the default of
// rate_limit_per_minute.
constexpr int AllowedRate(bool production) {
  return production ? 60'000 : 1'200;
}

// `path`: what --config gave, else $UTBOKS_CONFIG, else kDefaultConfigPath, which
// alone may be missing (then all is default).  kConfig names file, line, what is
// wrong and the nearest known key.
Result<Config> LoadConfig(const std::optional<std::string>& path, const Environment& environment);
// The same from text; `name` stands for the file in errors.
Result<Config> ParseConfig(std::string_view text, std::string_view name,
                           const Environment& environment);

}  // namespace utboks::app
