// What the broker says, frame by frame.  rabbitmq-c has calls that read a whole
// delivery, but they know neither confirms, returns nor a connection that is blocked.
#include <amqp.h>
#include <fmt/format.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>

#include "queue/amqp/connection.h"
#include "queue/amqp/content.h"
#include "queue/amqp/failure.h"

namespace utboks::amqp {
namespace {

SteadyTime Now() {
  return std::chrono::steady_clock::now();  // rabbitmq-c waits on sockets: real time
}

template <typename Method>
const Method& As(const amqp_frame_t& frame) {
  return *static_cast<const Method*>(frame.payload.method.decoded);
}

}  // namespace

Result<bool> Connection::Frame(amqp_frame_t* frame, SteadyTime until) {
  // All of a frame before has been copied; without this memory only grows.
  amqp_maybe_release_buffers(state_.get());
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - Now());
  const long us = std::max(left.count(), std::chrono::microseconds::rep{0});
  const timeval limit{us / 1'000'000, us % 1'000'000};
  const int status = amqp_simple_wait_frame_noblock(state_.get(), frame, &limit);
  if (status == AMQP_STATUS_OK) return true;
  if (status == AMQP_STATUS_TIMEOUT) return false;
  well_ = false;
  return LibraryFailure(status, "waiting", broker_);
}

Status Connection::ContentFrame(amqp_frame_t* frame, std::uint8_t type) {
  const auto came = Frame(frame, Now() + settings_.timeout);
  if (came.ok() && *came && frame->frame_type == type) return Status();
  well_ = false;
  if (!came.ok()) return came.status();
  return LibraryFailure(*came ? AMQP_STATUS_UNEXPECTED_STATE : AMQP_STATUS_TIMEOUT,
                        "reading a message", broker_);
}

Status Connection::ReadContent(Delivery* into) {
  amqp_frame_t frame{};
  UTBOKS_RETURN_IF_ERROR(ContentFrame(&frame, AMQP_FRAME_HEADER));
  ReadProperties(*static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded),
                 into);
  const std::uint64_t size = frame.payload.properties.body_size;
  into->too_large = size > settings_.most_body;
  if (!into->too_large) into->body.reveal().reserve(size);
  for (std::uint64_t read = 0; read < size;) {
    UTBOKS_RETURN_IF_ERROR(ContentFrame(&frame, AMQP_FRAME_BODY));
    const amqp_bytes_t piece = frame.payload.body_fragment;
    read += piece.len;
    if (!into->too_large) {
      into->body.reveal().append(static_cast<const char*>(piece.bytes), piece.len);
    }
  }
  return Status();
}

Result<Event> Connection::Understand(const amqp_frame_t& frame) {
  Event event;
  if (frame.frame_type != AMQP_FRAME_METHOD) return event;  // a heartbeat
  switch (frame.payload.method.id) {
    case AMQP_BASIC_DELIVER_METHOD: {
      const auto& deliver = As<amqp_basic_deliver_t>(frame);
      event.kind = Event::Kind::kDelivery;
      event.delivery.tag = deliver.delivery_tag;
      event.delivery.redelivered = deliver.redelivered != 0;
      UTBOKS_RETURN_IF_ERROR(ReadContent(&event.delivery));
      return event;
    }
    case AMQP_BASIC_RETURN_METHOD: {
      event.routing_key = TextOf(As<amqp_basic_return_t>(frame).routing_key);
      Delivery returned;
      UTBOKS_RETURN_IF_ERROR(ReadContent(&returned));
      event.kind = Event::Kind::kReturn;
      event.message_id = std::move(returned.message_id);
      return event;
    }
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = As<amqp_basic_ack_t>(frame);
      event.kind = Event::Kind::kConfirm;
      event.taken = true;
      event.tag = ack.delivery_tag;
      event.multiple = ack.multiple != 0;
      return event;
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = As<amqp_basic_nack_t>(frame);
      event.kind = Event::Kind::kConfirm;
      event.tag = nack.delivery_tag;
      event.multiple = nack.multiple != 0;
      return event;
    }
    case AMQP_CONNECTION_BLOCKED_METHOD:
      blocked_ = true;
      event.kind = Event::Kind::kBlocked;
      return event;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      blocked_ = false;
      event.kind = Event::Kind::kUnblocked;
      return event;
    case AMQP_BASIC_CANCEL_METHOD:
      return Status(Code::kConfig, fmt::format("consuming: {} has ended it: the queue was deleted "
                                               "or its leader is gone",
                                               broker_));
    case AMQP_CHANNEL_CLOSE_METHOD: {
      well_ = false;
      const auto& close = As<amqp_channel_close_t>(frame);
      return BrokerFailure(close.reply_code, TextOf(close.reply_text), "channel closed", broker_);
    }
    case AMQP_CONNECTION_CLOSE_METHOD: {
      well_ = false;
      const auto& close = As<amqp_connection_close_t>(frame);
      return BrokerFailure(close.reply_code, TextOf(close.reply_text), "connection closed",
                           broker_);
    }
    default:
      return event;
  }
}

Result<Event> Connection::Next(SteadyTime until) {
  for (;;) {
    amqp_frame_t frame{};
    const auto came = Frame(&frame, until);
    if (!came.ok()) return came.status();
    if (!*came) return Event();
    auto event = Understand(frame);
    if (!event.ok() || event->kind != Event::Kind::kNothing) return event;
  }
}

}  // namespace utboks::amqp
