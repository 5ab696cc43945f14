#include "producer/app/broker.h"

#include <fmt/format.h>

#include <utility>

namespace utboks::app {
namespace {

// What a multipart has beside its documents: boundaries and headers.
constexpr std::int64_t kAround = std::int64_t{1} << 20;

amqp::ConnectionSettings ConnectionOf(const Config& config, const char* purpose) {
  amqp::ConnectionSettings settings;
  settings.broker = *amqp::ParseAddress(config.amqp.url);  // the settings' table has looked
  settings.password_file = config.amqp.password_file;
  settings.ca_file = config.amqp.ca_file;
  settings.client_certificate = config.amqp.client_certificate;
  settings.client_key = config.amqp.client_key;
  settings.name = fmt::format("utboks {}", purpose);
  settings.most_body = static_cast<std::size_t>(config.intake.max_document +
                                                config.intake.max_attachments + kAround);
  return settings;
}

std::string DeadOf(const Config& config) {
  return config.amqp.intake_queue + ".dead";
}

Finding Failed(const Status& status, std::string todo) {
  return {"broker", Grade::kFail, status.text(), std::move(todo), status.code()};
}

// A failed look ends a connection: each has its own.
template <typename Look>
Status Ask(const Config& config, const Look& look) {
  const auto connection = amqp::Connection::Open(ConnectionOf(config, "doctor"));
  return connection.ok() ? look(**connection) : connection.status();
}

Finding ExamineDead(const Config& config) {
  std::uint32_t count = 0;
  const Status status = Ask(config, [&](amqp::Connection& connection) {
    const auto found = connection.LookAtQueue(DeadOf(config));
    if (found.ok()) count = *found;
    return found.status();
  });
  const std::string name = DeadOf(config);
  if (!status.ok() && config.amqp.declare) {
    return {"broker dead", Grade::kOk, fmt::format("queue {} will be made by run", name), ""};
  }
  if (!status.ok()) {
    return {"broker dead", Grade::kWarn, status.text(),
            fmt::format("make queue {}, and let what comes back 20 times go there: else a message "
                        "that ends each worker keeps all others waiting",
                        name)};
  }
  if (count == 0) {
    return {"broker dead", Grade::kOk, fmt::format("queue {} is empty", name), ""};
  }
  return {"broker dead", Grade::kWarn,
          fmt::format("{} message{} {} in queue {}", count, count == 1 ? "" : "s",
                      count == 1 ? "lies" : "lie", name),
          "they came back too often to be taken in: look at each (header x-death), correct it and "
          "send it anew"};
}

}  // namespace

std::optional<amqp::ConsumerSettings> AmqpIntakeOf(const Config& config) {
  const AmqpSection& section = config.amqp;
  if (section.url.empty() || section.intake_queue.empty()) return std::nullopt;
  amqp::ConsumerSettings settings;
  settings.connection = ConnectionOf(config, "intake");
  settings.queue = section.intake_queue;
  settings.dead = DeadOf(config);
  settings.declare = section.declare;
  settings.prefetch = static_cast<std::uint16_t>(section.prefetch);
  settings.batch = settings.prefetch;
  settings.enough = Acceptor::kGroup;
  return settings;
}

std::optional<AmqpOutcomesSettings> AmqpOutcomesOf(const Config& config) {
  const AmqpSection& section = config.amqp;
  if (section.url.empty() || section.outcome_exchange.empty()) return std::nullopt;
  AmqpOutcomesSettings settings;
  settings.publisher.connection = ConnectionOf(config, "outcomes");
  settings.publisher.exchange = section.outcome_exchange;
  settings.publisher.declare = section.declare;
  settings.events.insert(section.outcome_events.begin(), section.outcome_events.end());
  return settings;
}

Findings ExamineBroker(const Config& config) {
  if (config.amqp.url.empty()) return {};
  const std::string shown = ConnectionOf(config, "doctor").broker.Shown();
  if (const Status in = Ask(config, [](amqp::Connection&) { return Status(); }); !in.ok()) {
    return {Failed(in,
                   "see [amqp] url, password_file, ca_file and client_certificate, and "
                   "whether the broker runs")};
  }
  Findings findings = {{"broker", Grade::kOk, fmt::format("{} lets us in", shown), ""}};
  const std::string &queue = config.amqp.intake_queue, &exchange = config.amqp.outcome_exchange;
  // What is missing is made by `run`, where it may.
  const auto judge = [&](const Status& status, const std::string& what) {
    if (status.ok()) return;
    if (config.amqp.declare) {
      findings.push_back({"broker", Grade::kOk, fmt::format("{} will be made by run", what), ""});
    } else {
      findings.push_back(Failed(status, fmt::format("make {}, or set declare = true", what)));
    }
  };
  if (!exchange.empty()) {
    judge(Ask(config, [&](auto& connection) { return connection.LookAtExchange(exchange); }),
          "exchange " + exchange);
  }
  if (queue.empty()) return findings;
  judge(Ask(config, [&](auto& connection) { return connection.LookAtQueue(queue).status(); }),
        "queue " + queue);
  findings.push_back(ExamineDead(config));
  return findings;
}

}  // namespace utboks::app
