// What taking messages from RabbitMQ costs by itself: rabbitmq-c, one connection, one
// channel, manual acknowledgements.
#pragma once

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace utboks::bench::bare {

class Consumer {
 public:
  Consumer(std::uint16_t port, const std::string& user, const std::string& password,
           const std::string& queue, std::uint16_t prefetch) {
    amqp_socket_open(amqp_tcp_socket_new(to_), "127.0.0.1", port);
    amqp_login(to_, "/", 1, 131'072, 30, AMQP_SASL_METHOD_PLAIN, user.c_str(), password.c_str());
    amqp_channel_open(to_, 1), amqp_get_rpc_reply(to_);
    amqp_basic_qos(to_, 1, 0, prefetch, 0);
    amqp_basic_consume(to_, 1, amqp_cstring_bytes(queue.c_str()), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    if (amqp_get_rpc_reply(to_).reply_type != AMQP_RESPONSE_NORMAL) std::abort();
  }
  ~Consumer() { amqp_connection_close(to_, AMQP_REPLY_SUCCESS), amqp_destroy_connection(to_); }
  Consumer(const Consumer&) = delete;
  // Takes so many, and acknowledges them together.  Their bytes.
  std::size_t Take(int messages) {
    std::size_t bytes = 0;
    std::uint64_t tag = 0;
    for (int i = 0; i < messages; ++i) {
      amqp_maybe_release_buffers(to_);
      amqp_envelope_t envelope;
      if (amqp_consume_message(to_, &envelope, nullptr, 0).reply_type != AMQP_RESPONSE_NORMAL) {
        std::abort();
      }
      bytes += envelope.message.body.len, tag = envelope.delivery_tag;
      amqp_destroy_envelope(&envelope);
    }
    if (amqp_basic_ack(to_, 1, tag, 1) != AMQP_STATUS_OK) std::abort();
    return bytes;
  }

 private:
  amqp_connection_state_t to_ = amqp_new_connection();
};

}  // namespace utboks::bench::bare
