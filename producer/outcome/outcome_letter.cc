#include "producer/outcome/outcome_letter.h"

#include <fmt/format.h>

#include "producer/outcome/event_json.h"

namespace utboks {

amqp::Letter OutcomeLetter(const std::string& exchange, const EventView& event,
                           const StreamName& stream) {
  amqp::Letter letter;
  letter.exchange = exchange;
  letter.routing_key =
      fmt::format("{}.{}", event.event, event.ressurs.empty() ? "unknown" : event.ressurs);
  letter.type = event.event;
  letter.content_type = "application/json";
  letter.message_id = SensitiveText(fmt::format("{}.{}", StreamText(stream), event.id));
  letter.correlation_id = event.correlation;
  letter.body = SensitiveText(EventJson(event, stream).Text());
  return letter;
}

}  // namespace utboks
