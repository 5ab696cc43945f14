#include "producer/intake/amqp_intake.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "producer/intake/multipart_document.h"
#include "producer/intake/refused_letter.h"
#include "queue/base/log.h"

namespace utboks {
namespace {

constexpr std::string_view kOrderKey = "order-key";

// What a delivery is to the acceptor; kInvalid, kUsage: refused before that.
Result<Incoming> IncomingOf(const amqp::Delivery& delivery) {
  if (delivery.too_large) {
    return Status(Code::kInvalid,
                  "the message is larger than [intake] max_document and max_attachments allow");
  }
  if (delivery.type.empty()) {
    return Status(Code::kUsage, "the message has no property `type` that names its resource");
  }
  Incoming incoming;
  incoming.label = "amqp";
  incoming.actor = "amqp";
  incoming.ressurs = delivery.type;
  for (const auto& [name, value] : delivery.headers) {
    if (name != kOrderKey) continue;
    if (!incoming.order_keys) incoming.order_keys.emplace();
    incoming.order_keys->push_back(value);
  }
  if (!IsMultipart(delivery.content_type)) {
    incoming.document = delivery.body;
    return incoming;
  }
  auto read = ReadMultipart(delivery.content_type, delivery.body.reveal());
  if (!read.ok()) return read.status();
  incoming.document = std::move(read->document);
  incoming.attachments = std::move(read->attachments);
  return incoming;
}

// The document's own fault, or its identifier's: the same again gives the same.
bool IsRefusal(Code code) {
  return code == Code::kInvalid || code == Code::kExists || code == Code::kUsage ||
         code == Code::kConflict || code == Code::kNotFound;
}

}  // namespace

AmqpIntake::AmqpIntake(AmqpIntakeSettings settings, const Validator& validator, Intake& store,
                       Delivery& alarms, Clock& clock, Random& random)
    : settings_(std::move(settings)),
      validator_(validator),
      acceptor_(validator, store),
      alarms_(alarms),
      clock_(clock),
      random_(random),
      consumer_(settings_.consumer, clock, random),
      publisher_(settings_.publisher, clock, random) {}

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
                                       std::span<amqp::Verdict> verdicts) {
    return Take(batch, verdicts);
  };
  while (!stop_.stop_requested()) {
    const Status status = consumer_.Turn(handler, stop_.get_token());
    if (stop_.stop_requested()) break;
    Tell(status);
    publisher_.Tend();
  }
  consumer_.Close();
  publisher_.Close();
}

// One line for each failure, not one for each try; an alarm when it lasts.
void AmqpIntake::Tell(const Status& status) {
  const SteadyTime now = clock_.Steady();
  if (!status.ok()) {
    if (!failing_since_) failing_since_ = now;
    if (status.text() != told_) LogWarning("amqp-intake-failed", {{"text", status.text()}});
    told_ = status.text();
  } else if (consumer_.connected()) {
    if (failing_since_) LogInfo("amqp-intake-works-again");
    failing_since_.reset();
    told_.clear();
  }
  const bool stands = failing_since_ && now - *failing_since_ >= kIntakeStandsAfter;
  if (alarm_ == stands || (!stands && failing_since_)) return;
  if (!alarms_.SetAlarm("amqp-intake", "", stands).ok()) return;  // looked at again in a moment
  if (stands) LogWarning("alarm-raised", {{"alarm", "amqp-intake"}, {"text", told_}});
  if (!stands && alarm_) LogInfo("alarm-cleared", {{"alarm", "amqp-intake"}});
  alarm_ = stands;
}

Status AmqpIntake::Take(std::span<const amqp::Delivery> batch, std::span<amqp::Verdict>) {
  std::vector<Answer> answers(batch.size());
  std::vector<Incoming> good;
  std::vector<std::size_t> places;  // of `good` in the batch
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto incoming = IncomingOf(batch[i]);
    answers[i].status = incoming.status();
    if (!incoming.ok()) continue;
    good.push_back(*std::move(incoming));
    places.push_back(i);
  }
  std::vector<Answer> accepted = acceptor_.Accept(good, InsertMode::kEachAlone);
  for (std::size_t i = 0; i < places.size(); ++i) answers[places[i]] = std::move(accepted[i]);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Status& status = answers[i].status;
    const bool ours = status.code() == Code::kInternal && batch[i].handed >= kMostFaults;
    if (!status.ok() && !IsRefusal(status.code()) && !ours) return status;
  }
  return TellRefused(batch, answers);
}

// What no resource is called may be anything, a person's number too.
std::string AmqpIntake::RessursOf(const amqp::Delivery& delivery) const {
  return validator_.catalogue().Find(delivery.type) == nullptr ? "" : delivery.type;
}

Status AmqpIntake::PublishAll(std::span<const amqp::Letter> letters, std::vector<Status>* told) {
  *told = publisher_.Publish(letters, stop_.get_token());
  for (const Status& status : *told) {
    if (!status.ok() && status.code() != Code::kNotFound) return status;
  }
  return Status();
}

Status AmqpIntake::TellRefused(std::span<const amqp::Delivery> batch,
                               std::span<const Answer> answers) {
  std::vector<amqp::Letter> letters;
  std::vector<std::size_t> places;
  std::vector<amqp::Letter> aside;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Status& status = answers[i].status;
    if (status.ok()) continue;
    if (IsRefusal(status.code())) {
      letters.push_back(RejectedLetter(settings_.exchange, RessursOf(batch[i]), batch[i],
                                       answers[i], MakeUuid(clock_.Wall(), random_),
                                       clock_.Wall()));
      places.push_back(i);
    } else {
      aside.push_back(SetAsideLetter(settings_.dead, batch[i], status.text()));
    }
  }
  if (letters.empty() && aside.empty()) return Status();
  std::vector<Status> told;
  UTBOKS_RETURN_IF_ERROR(PublishAll(letters, &told));
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (told[i].ok()) continue;
    aside.push_back(
        SetAsideLetter(settings_.dead, batch[places[i]], answers[places[i]].status.text()));
  }
  if (!letters.empty()) {
    LogInfo("amqp-refused", {{"documents", letters.size()}});
  }
  if (aside.empty()) return Status();
  UTBOKS_RETURN_IF_ERROR(PublishAll(aside, &told));
  for (const Status& status : told) {
    if (status.ok()) continue;
    return Status(Code::kConfig,
                  fmt::format("a refused document can neither be answered nor set aside, and all "
                              "waits: bind a queue to exchange {}, or make queue {}",
                              settings_.exchange, settings_.dead));
  }
  LogWarning("amqp-set-aside", {{"queue", settings_.dead},
                                {"documents", aside.size()},
                                {"text",
                                 "no queue is bound for their answers, or they could not "
                                 "be handled at all"}});
  return Status();
}

}  // namespace utboks
