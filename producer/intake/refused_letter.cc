#include "producer/intake/refused_letter.h"

#include "queue/base/json.h"

namespace utboks {
namespace {

JsonObject ErrorJson(const Answer& answer) {
  JsonList violations;
  for (const Violation& violation : answer.violations) {
    JsonObject one;
    one.Add("rule", violation.rule)
        .Add("line", violation.line)
        .Add("column", violation.column)
        .Add("path", violation.path)
        .Add("text", violation.text);
    if (violation.warning) one.Add("warning", true);
    violations.Add(one);
  }
  JsonObject error;
  error.Add("code", CodeName(answer.status.code())).Add("text", answer.status.text());
  error.Add("violations", violations);
  if (answer.more_violations > 0) error.Add("more", answer.more_violations);
  return error;
}

}  // namespace

amqp::Letter RejectedLetter(const std::string& exchange, const std::string& ressurs,
                            const amqp::Delivery& delivery, const Answer& answer, const Uuid& event,
                            WallTime now) {
  JsonObject body;
  body.Add("version", 1).Add("id", FormatUuid(event)).Add("at", FormatUtc(now));
  body.Add("event", "rejected");
  if (ressurs.empty()) {
    body.AddNull("ressurs");
  } else {
    body.Add("ressurs", ressurs);
  }
  body.Add("error", ErrorJson(answer));
  amqp::Letter letter;
  letter.exchange = exchange;
  letter.routing_key = "rejected." + (ressurs.empty() ? "unknown" : ressurs);
  letter.type = "rejected";
  letter.content_type = "application/json";
  letter.message_id = SensitiveText(FormatUuid(event));
  letter.correlation_id =
      delivery.correlation_id.reveal().empty() ? delivery.message_id : delivery.correlation_id;
  letter.body = SensitiveText(body.Text());
  return letter;
}

amqp::Letter SetAsideLetter(const std::string& dead, const amqp::Delivery& delivery,
                            const std::string& reason) {
  amqp::Letter letter;
  letter.routing_key = dead;
  letter.type = delivery.type;
  letter.content_type = delivery.content_type;
  letter.message_id = delivery.message_id;
  letter.correlation_id = delivery.correlation_id;
  for (const auto& [name, value] : delivery.headers) {
    // The broker's own are not ours to write.
    if (!name.starts_with("x-")) letter.headers.emplace_back(name, value.reveal());
  }
  letter.headers.emplace_back("utboks-reason", reason);
  letter.body = delivery.body;
  return letter;
}

}  // namespace utboks
