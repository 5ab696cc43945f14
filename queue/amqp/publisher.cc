#include "queue/amqp/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "queue/amqp/backoff.h"

namespace utboks::amqp {
namespace {

constexpr Millis kLookEvery{100};
constexpr const char* kBlocked =
    "not confirmed: the broker takes no messages in, it is short of memory or disk";

SteadyTime Now() {
  return std::chrono::steady_clock::now();  // the socket's time is real
}

}  // namespace

Status Publisher::Connect() {
  auto opened = Connection::Open(settings_.connection);
  if (!opened.ok()) return opened.status();
  connection_ = *std::move(opened);
  last_tag_ = 0;
  if (!settings_.exchange.empty()) {
    UTBOKS_RETURN_IF_ERROR(settings_.declare ? connection_->DeclareTopicExchange(settings_.exchange)
                                             : connection_->LookAtExchange(settings_.exchange));
  }
  return connection_->Confirm();
}

// A connection that was closed while nobody looked is not one to publish on.
void Publisher::Tend() {
  while (connection_) {
    const auto event = connection_->Next(Now());
    if (!event.ok()) return Close();
    if (event->kind == Event::Kind::kNothing) return;
  }
}

Status Publisher::Ready() {
  Tend();
  if (connection_) return Status();
  if (failures_ > 0 && clock_.Steady() < again_) return failure_;
  failure_ = Connect();
  if (failure_.ok()) {
    failures_ = 0;
    return Status();
  }
  Close();
  again_ = clock_.Steady() + PauseAfter(++failures_, random_);
  return failure_;
}

Status Publisher::Lost(const Status& why) {
  Close();
  return Status(Code::kBusy, fmt::format("not confirmed: {}", why.text()));
}

// What is of a letter before, which was told as not confirmed, finds none.
void Publisher::Hear(const Event& event, std::span<const Letter> letters,
                     std::vector<Status>* told) {
  if (event.kind == Event::Kind::kReturn) {
    // Its confirm comes after it: it is the oldest open one of that id and key.
    const auto found = std::ranges::find_if(open_, [&](const Open& one) {
      const Letter& letter = letters[one.letter];
      return !one.returned && letter.message_id == event.message_id &&
             letter.routing_key == event.routing_key;
    });
    if (found != open_.end()) found->returned = true;
  } else if (event.kind == Event::Kind::kConfirm) {
    std::erase_if(open_, [&](const Open& one) {
      if (event.multiple ? one.tag > event.tag : one.tag != event.tag) return false;
      Status& status = (*told)[one.letter];
      if (one.returned) {
        status = Status(Code::kNotFound,
                        fmt::format("no queue is bound for routing key {} at exchange {}",
                                    letters[one.letter].routing_key, letters[one.letter].exchange));
      } else if (event.taken) {
        status = Status();
      } else {
        status = Status(Code::kBusy, "the broker refused it");
      }
      return true;
    });
  }
}

Status Publisher::Await(std::size_t most, std::span<const Letter> letters,
                        std::vector<Status>* told, const std::stop_token& stop) {
  SteadyTime end = Now() + settings_.patience;
  while (open_.size() > most) {
    const SteadyTime now = Now();
    if (now >= end || stop.stop_requested()) {
      return Status(now >= end ? Code::kUnreachable : Code::kCancelled,
                    now >= end ? "no confirm came in time" : "we are stopping");
    }
    const auto event = connection_->Next(std::min(end, now + kLookEvery));
    if (!event.ok()) return event.status();
    const std::size_t before = open_.size();
    Hear(*event, letters, told);
    if (connection_->blocked()) {  // for hours, it may be: what is open is told, and we stay
      return Status(Code::kBusy, kBlocked);
    }
    if (open_.size() < before) end = Now() + settings_.patience;
  }
  return Status();
}

std::vector<Status> Publisher::Publish(std::span<const Letter> letters,
                                       const std::stop_token& stop) {
  std::vector<Status> told(letters.size(), Status(Code::kBusy, "not published"));
  open_.clear();
  Status status = Ready();
  std::size_t next = 0;
  const bool ready = status.ok();
  for (; status.ok() && next < letters.size(); ++next) {
    const Status sent = connection_->Publish(letters[next]);
    if (sent.ok()) {
      open_.push_back({++last_tag_, next});
      status = Await(settings_.window - 1, letters, &told, stop);
    } else if (sent.code() == Code::kInternal) {
      told[next] = sent;  // what cannot be sent at all: it alone
    } else {
      status = sent;
      break;
    }
  }
  if (status.ok()) status = Await(0, letters, &told, stop);
  if (status.ok()) return told;
  if (ready && !connection_->blocked()) status = Lost(status);
  // What is open, and what was not sent.
  for (const Open& one : open_) told[one.letter] = status;
  for (; next < letters.size(); ++next) told[next] = status;
  open_.clear();
  return told;
}

}  // namespace utboks::amqp
