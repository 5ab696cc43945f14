#include "producer/outcome/amqp_outcomes.h"

#include <utility>

#include "producer/outcome/outcome_letter.h"

namespace utboks {
namespace {

constexpr Millis kAfterFailure{1'000};

}  // namespace

AmqpOutcomes::AmqpOutcomes(AmqpOutcomesSettings settings, Store& store, Clock& clock,
                           Random& random)
    : settings_(std::move(settings)),
      store_(store),
      clock_(clock),
      publisher_(settings_.publisher, clock, random),
      teller_(std::string(kAmqpReceiver), settings_.events, store,
              [this](std::span<const EventView> events) { return Publish(events); }),
      trouble_("outcomes", store, clock) {}

Status AmqpOutcomes::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void AmqpOutcomes::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AmqpOutcomes::Run() {
  while (!stop_.stop_requested()) {
    const Result<bool> told = teller_.Turn();
    if (stop_.stop_requested()) break;
    trouble_.Tell(told.status());
    if (told.ok() && *told) continue;
    publisher_.Tend();
    const Millis pause = told.ok() ? settings_.pause : kAfterFailure;
    clock_.WaitUntil(clock_.Steady() + pause, stop_.get_token());
  }
  publisher_.Close();
}

std::vector<Status> AmqpOutcomes::Publish(std::span<const EventView> events) {
  if (!stream_) {
    const Result<StreamName> stream = store_.Stream();
    if (!stream.ok()) return std::vector<Status>(events.size(), stream.status());
    stream_ = *stream;
  }
  std::vector<amqp::Letter> letters;
  letters.reserve(events.size());
  for (const EventView& event : events) {
    letters.push_back(OutcomeLetter(settings_.publisher.exchange, event, *stream_));
  }
  return publisher_.Publish(letters, stop_.get_token());
}

}  // namespace utboks
