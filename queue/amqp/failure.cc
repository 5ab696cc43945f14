#include "queue/amqp/failure.h"

#include <amqp.h>
#include <fmt/format.h>

#include <algorithm>

#include "queue/amqp/content.h"

namespace utboks::amqp {
namespace {

// A broker's words go into a line of ours.
std::string OneLine(std::string text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text.resize(kLongest);
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

}  // namespace

Status LibraryFailure(int status, const std::string& what, const std::string& broker) {
  switch (status) {
    case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
      return Status(Code::kConfig,
                    fmt::format("{}: the certificate of {} is for another name; give the name it "
                                "is for in [amqp] url",
                                what, broker));
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
      return Status(Code::kConfig, fmt::format("{}: the certificate of {} is not of an authority "
                                               "that is trusted; see [amqp] ca_file",
                                               what, broker));
    case AMQP_STATUS_SSL_CONNECTION_FAILED:
    case AMQP_STATUS_SSL_ERROR:
      return Status(Code::kUnreachable,
                    fmt::format("{}: TLS with {} failed; if it stays so, see [amqp] ca_file, "
                                "client_certificate and whether that port speaks TLS",
                                what, broker));
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
      return Status(Code::kUnreachable,
                    fmt::format("{}: the host of {} is not known here", what, broker));
    case AMQP_STATUS_TIMEOUT:
      return Status(Code::kUnreachable, fmt::format("{}: {} did not answer in time", what, broker));
    case AMQP_STATUS_HEARTBEAT_TIMEOUT:
      return Status(Code::kUnreachable, fmt::format("{}: {} has fallen silent", what, broker));
    case AMQP_STATUS_NO_MEMORY:
    case AMQP_STATUS_INVALID_PARAMETER:
    case AMQP_STATUS_TABLE_TOO_BIG:
      return Status(Code::kInternal,
                    fmt::format("{}: {} (a fault of utboks)", what, amqp_error_string2(status)));
    default:
      return Status(Code::kUnreachable,
                    fmt::format("{}: {}: {}", what, broker, amqp_error_string2(status)));
  }
}

Status BrokerFailure(int code, std::string text, const std::string& what,
                     const std::string& broker) {
  Code next = Code::kUnreachable;
  switch (code) {
    case AMQP_ACCESS_REFUSED:
    case AMQP_NOT_FOUND:
    case AMQP_PRECONDITION_FAILED:
    case AMQP_NOT_ALLOWED:
    case AMQP_NOT_IMPLEMENTED:
      next = Code::kConfig;
      break;
    case AMQP_RESOURCE_LOCKED:
      next = Code::kBusy;
      break;
    default:
      break;
  }
  return Status(next,
                fmt::format("{}: {} says {} {}", what, broker, code, OneLine(std::move(text))));
}

Status ReplyStatus(const amqp_rpc_reply_t& reply, const std::string& what,
                   const std::string& broker) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return Status();
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      return LibraryFailure(reply.library_error, what, broker);
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto* closed = static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
        return BrokerFailure(closed->reply_code, TextOf(closed->reply_text), what, broker);
      }
      if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto* closed = static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
        return BrokerFailure(closed->reply_code, TextOf(closed->reply_text), what, broker);
      }
      break;
    default:
      break;
  }
  return LibraryFailure(AMQP_STATUS_CONNECTION_CLOSED, what, broker);
}

}  // namespace utboks::amqp
