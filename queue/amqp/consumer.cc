#include "queue/amqp/consumer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "queue/amqp/backoff.h"

namespace utboks::amqp {
namespace {

// While it waits for the broker it looks so often whether it is to stop.
constexpr Millis kLookEvery{100};

}  // namespace

void Consumer::Close() {
  connection_.reset();
  waiting_.clear();
  held_ = 0;
}

void Consumer::PauseAgain() {
  again_ = clock_.Steady() + PauseAfter(++failures_, random_);
}

Status Consumer::Fail(Status status) {
  Close();
  PauseAgain();
  return status;
}

Status Consumer::Connect() {
  auto opened = Connection::Open(settings_.connection);
  if (!opened.ok()) return opened.status();
  connection_ = *std::move(opened);
  if (settings_.declare) {
    if (!settings_.dead.empty()) {
      UTBOKS_RETURN_IF_ERROR(connection_->DeclareQueue(settings_.dead));
    }
    UTBOKS_RETURN_IF_ERROR(
        connection_->DeclareQueue(settings_.queue, settings_.dead, kMostReturns));
  } else if (const auto found = connection_->LookAtQueue(settings_.queue); !found.ok()) {
    return found.status();
  }
  return connection_->Consume(settings_.queue, settings_.prefetch);
}

Status Consumer::Gather(SteadyTime until, std::size_t enough, const std::stop_token& stop) {
  while (waiting_.size() < enough && !stop.stop_requested()) {
    // The socket's time is real, whatever our clock is.
    const SteadyTime now = clock_.Steady();
    const Millis left = until > now ? std::chrono::ceil<Millis>(until - now) : Millis(0);
    const auto wait = std::chrono::steady_clock::now() + std::min(left, kLookEvery);
    auto event = connection_->Next(wait);
    if (!event.ok()) return event.status();
    if (event->kind == Event::Kind::kDelivery) {
      waiting_.push_back(std::move(event->delivery));
    } else if (event->kind == Event::Kind::kNothing && left <= kLookEvery) {
      break;
    }
  }
  return Status();
}

Status Consumer::Hand(const Handler& handler) {
  std::vector<Delivery> batch(std::make_move_iterator(waiting_.begin()),
                              std::make_move_iterator(waiting_.begin() + std::ptrdiff_t(held_)));
  for (Delivery& delivery : batch) ++delivery.handed;
  std::size_t done = 0;
  Status acknowledged;
  const Durable durable = [&](std::size_t first) {
    if (first <= done) return;
    // One covers all before it.
    if (acknowledged.ok()) acknowledged = connection_->Ack(batch[first - 1].tag, first > done + 1);
    done = first;
  };
  Status handled = handler(batch, durable);
  if (handled.ok()) durable(batch.size());
  if (!acknowledged.ok()) return Fail(std::move(acknowledged));
  std::move(batch.begin() + std::ptrdiff_t(done), batch.end(),
            waiting_.begin() + std::ptrdiff_t(done));
  waiting_.erase(waiting_.begin(), waiting_.begin() + std::ptrdiff_t(done));
  held_ -= done;
  if (!handled.ok()) PauseAgain();
  return handled;
}

Status Consumer::Turn(const Handler& handler, const std::stop_token& stop) {
  if (!connection_) {
    if (failures_ > 0 && !clock_.WaitUntil(again_, stop)) return Status();
    if (stop.stop_requested()) return Status();
    if (Status status = Connect(); !status.ok()) return Fail(std::move(status));
  }
  if (held_ > 0) {  // the connection is kept alive while we wait
    while (clock_.Steady() < again_ && !stop.stop_requested()) {
      const Status status = Gather(again_, waiting_.size() + 1, stop);
      if (!status.ok()) return Fail(status);
    }
  } else {
    Status status = Gather(clock_.Steady() + settings_.idle, 1, stop);
    if (status.ok() && !waiting_.empty()) {
      const std::size_t enough = std::min(settings_.enough, settings_.batch);
      status = Gather(clock_.Steady() + settings_.linger, enough, stop);
      if (status.ok()) status = Gather(clock_.Steady(), settings_.batch, stop);
    }
    if (!status.ok()) return Fail(std::move(status));
    held_ = std::min(waiting_.size(), settings_.batch);
  }
  if (stop.stop_requested()) return Status();
  if (held_ == 0) {
    failures_ = 0;
    return Status();
  }
  Status handed = Hand(handler);
  if (handed.ok()) failures_ = 0;
  return handed;
}

}  // namespace utboks::amqp
