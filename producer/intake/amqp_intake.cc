#include "producer/intake/amqp_intake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "producer/intake/multipart_document.h"
#include "producer/intake/take_in.h"
#include "queue/base/log.h"

namespace utboks {
namespace {

constexpr std::string_view kOrderKey = "order-key";

// What a delivery is to the acceptor.
Incoming IncomingOf(const amqp::Delivery& delivery) {
  Incoming incoming;
  incoming.label = "amqp";
  incoming.actor = "amqp";
  incoming.ressurs = delivery.type;
  incoming.correlation =
      delivery.correlation_id.reveal().empty() ? delivery.message_id : delivery.correlation_id;
  incoming.document = delivery.body;
  if (delivery.too_large) {
    incoming.refused =
        Status(Code::kInvalid,
               "the message is larger than [intake] max_document and max_attachments allow");
  } else if (delivery.type.empty()) {
    incoming.refused =
        Status(Code::kUsage, "the message has no property `type` that names its resource");
  }
  if (!incoming.refused.ok()) return incoming;
  for (const auto& [name, value] : delivery.headers) {
    if (name != kOrderKey) continue;
    if (!incoming.order_keys) incoming.order_keys.emplace();
    incoming.order_keys->push_back(value);
  }
  if (!IsMultipart(delivery.content_type)) return incoming;
  auto read = ReadMultipart(delivery.content_type, delivery.body.reveal());
  if (read.ok()) {
    incoming.document = std::move(read->document);
    incoming.attachments = std::move(read->attachments);
  } else {
    incoming.refused = read.status();
  }
  return incoming;
}

}  // namespace

AmqpIntake::AmqpIntake(amqp::ConsumerSettings settings, const Validator& validator, Intake& store,
                       Delivery& alarms, Clock& clock, Random& random)
    : acceptor_(validator, store),
      consumer_(std::move(settings), clock, random),
      trouble_("amqp-intake", alarms, clock) {}

Status AmqpIntake::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void AmqpIntake::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AmqpIntake::Run() {
  const amqp::Handler handler = [this](std::span<const amqp::Delivery> batch,
                                       const amqp::Durable& durable) {
    return Take(batch, durable);
  };
  while (!stop_.stop_requested()) {
    const Status status = consumer_.Turn(handler, stop_.get_token());
    if (stop_.stop_requested()) break;
    trouble_.Tell(status, consumer_.connected());
  }
  consumer_.Close();
}

Status AmqpIntake::Take(std::span<const amqp::Delivery> batch, const amqp::Durable& durable) {
  std::vector<Incoming> incoming;
  incoming.reserve(batch.size());
  int tries = 0;
  for (const amqp::Delivery& delivery : batch) {
    incoming.push_back(IncomingOf(delivery));
    tries = std::max(tries, delivery.handed);
  }
  int refused = 0;
  const Status status = TakeIn(acceptor_, incoming, tries, &refused, durable);
  if (refused > 0) LogInfo("amqp-refused", {{"documents", refused}});
  return status;
}

}  // namespace utboks
