#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "producer/app/setting_rows.h"
#include "queue/amqp/address.h"

namespace utboks::app {
namespace {

using enum SettingKind;

constexpr std::size_t kLongestName = 240;  // of AMQP's 255, with room for ".dead"

Status SetUrl(Config& config, const SettingValue& value) {
  if (const auto address = amqp::ParseAddress(value.text); !address.ok()) return address.status();
  config.amqp.url = value.text;
  return Status();
}

// What a receiver of outcomes may ask for: each is a word of the history.
constexpr std::array<std::string_view, 12> kTold = {
    "queued", "rejected", "accepted", "held",     "cancelled", "decided",
    "manual", "retry",    "in_doubt", "released", "replayed",  "restored"};

Status SetOutcomeEvents(Config& config, const SettingValue& value) {
  for (const std::string& event : value.list) {
    if (std::ranges::find(kTold, event) != kTold.end()) continue;
    return Status(Code::kConfig, fmt::format("has {}, which is no event of a message; there are {}",
                                             event, fmt::join(kTold, ", ")));
  }
  if (value.list.empty()) return Status(Code::kConfig, "must name an event");
  config.amqp.outcome_events = value.list;
  return Status();
}

template <auto field>
Status SetName(Config& config, const SettingValue& value) {
  if (value.text.size() > kLongestName) {
    return Status(Code::kConfig, "may have 240 bytes at most");
  }
  if (value.text.starts_with("amq.")) {
    return Status(Code::kConfig, "may not begin with amq.: those names are the broker's own");
  }
  config.amqp.*field = value.text;
  return Status();
}

const std::array kRows = {
    Setting{.section = "amqp",
            .key = "url",
            .kind = kText,
            .fallback = "",
            .example = "amqps://utboks@broker.example.no/etat",
            .meaning = "The message broker (RabbitMQ): amqps://[USER@]HOST[:PORT][/VHOST], never "
                       "with a password. amqp:// is for a broker on this machine alone. Left out: "
                       "no broker, and the rest of this section says nothing.",
            .apply = SetUrl},
    Setting{.section = "amqp",
            .key = "password_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/amqp.password",
            .meaning = "Its first line is our password there. Read at each connecting: a new one "
                       "needs no restart. Left out: guest.",
            .apply = Put<&Config::amqp, &AmqpSection::password_file>},
    Setting{.section = "amqp",
            .key = "ca_file",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/amqp-ca.pem",
            .meaning = "Authorities that the broker's certificate is trusted by, as PEM. Left out: "
                       "those of the system. The certificate must be for the host of url, which "
                       "has to be a name.",
            .apply = Put<&Config::amqp, &AmqpSection::ca_file>},
    Setting{.section = "amqp",
            .key = "client_certificate",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/amqp-client.pem",
            .meaning = "Our certificate as the broker's client, as PEM with its chain after it. "
                       "Left out: none is shown.",
            .apply = Put<&Config::amqp, &AmqpSection::client_certificate>},
    Setting{.section = "amqp",
            .key = "client_key",
            .kind = kText,
            .fallback = "",
            .example = "/etc/utboks/amqp-client-key.pem",
            .meaning = "Its key, as PEM without a password. Left out: it stands in "
                       "client_certificate.",
            .apply = Put<&Config::amqp, &AmqpSection::client_key>},
    Setting{.section = "amqp",
            .key = "intake_queue",
            .kind = kText,
            .fallback = "",
            .example = "utboks.inn",
            .meaning = "Where messages come from. Body: the document, "
                       "or a multipart that begins with it. Property type: the resource; header "
                       "order-key: in place of the persons in it. Acknowledged when it is stored. "
                       "`run --drain` takes nothing in. Left out: no intake by AMQP.",
            .apply = SetName<&AmqpSection::intake_queue>},
    Setting{.section = "amqp",
            .key = "outcome_exchange",
            .kind = kText,
            .fallback = "",
            .example = "utboks.ut",
            .meaning = "A topic exchange: what becomes of messages is told there as EVENT.RESSURS "
                       "(accepted.doedsfall_v1), JSON, confirmed, at least once, under the "
                       "correlation_id (or message_id) that the message came with. Bind a queue "
                       "for each: where there is none, that event waits, and all behind it.",
            .apply = SetName<&AmqpSection::outcome_exchange>},
    Setting{.section = "amqp",
            .key = "outcome_events",
            .kind = kList,
            .fallback = "queued,rejected,accepted,held,cancelled,decided,manual",
            .meaning = "Which are told. There are also retry, in_doubt, released, replayed and "
                       "restored.",
            .apply = SetOutcomeEvents},
    Setting{.section = "amqp",
            .key = "prefetch",
            .kind = kInteger,
            .fallback = "256",
            .low = 1,
            .high = 10'000,
            .meaning = "Messages that the broker hands us before the first of them is "
                       "acknowledged; all are in memory. 64 go into one commit, and the next are "
                       "looked at meanwhile: with fewer than 128 they are not.",
            .apply = Put<&Config::amqp, &AmqpSection::prefetch>},
    Setting{.section = "amqp",
            .key = "declare",
            .kind = kFlag,
            .fallback = "false",
            .meaning = "Whether queues and exchange are made where they are not there: quorum "
                       "queues, one consumer at a time (so that nothing is overtaken), what comes "
                       "back 20 times goes to INTAKE_QUEUE.dead. Else they are taken as they "
                       "stand; give them the same.",
            .apply =
                [](Config& config, const SettingValue& value) {
                  config.amqp.declare = value.flag;
                  return Status();
                }},
};

}  // namespace

std::span<const Setting> AmqpRows() {
  return kRows;
}

}  // namespace utboks::app
