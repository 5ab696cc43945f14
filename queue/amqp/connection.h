// One connection to a broker with one channel on it.  Every call has an end: after
// settings.timeout at the latest, where it says nothing else.
//
// After a failure, of whatever code, the connection is of no more use: let it go and
// open another.  What was not settled comes again to whoever consumes next.
// One thread uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "queue/amqp/message.h"
#include "queue/amqp/settings.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

struct amqp_connection_state_t_;
struct amqp_frame_t_;
struct amqp_socket_t_;

namespace utboks::amqp {

struct Event {
  enum class Kind {
    kNothing,   // the time came and nothing else
    kDelivery,  // `delivery`
    kConfirm,   // of what was published: `tag`, `multiple`, `taken`
    kReturn,    // no queue wanted it: `message_id`, `routing_key`; its confirm comes after
    kBlocked,   // the broker is short of memory or disk and takes nothing in: see blocked()
    kUnblocked,
  };
  Kind kind = Kind::kNothing;
  Delivery delivery;
  std::uint64_t tag = 0;
  bool multiple = false, taken = false;
  SensitiveText message_id;
  std::string routing_key;
};

class Connection {
 public:
  // Connects, TLS (the peer's certificate and name are verified), login, channel.
  // kUnreachable: it may pass.  kConfig: address, files, user or password, vhost.
  static Result<std::unique_ptr<Connection>> Open(const ConnectionSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // ---- topology; kConfig: it is not there, or is otherwise ----

  // How many messages are ready in it.  Makes nothing.
  Result<std::uint32_t> LookAtQueue(const std::string& queue);
  Status LookAtExchange(const std::string& exchange);
  // Quorum and durable.  One consumer at a time: two would overtake each other.  What
  // comes back `most_returns` times goes to `dead`, if given, and is in it before it
  // is gone here.
  Status DeclareQueue(const std::string& queue, const std::string& dead = {},
                      std::int64_t most_returns = 0);
  Status DeclareTopicExchange(const std::string& exchange);
  Status BindQueue(const std::string& queue, const std::string& exchange,
                   const std::string& routing_key);

  // ---- in ----

  // At most `prefetch` deliveries are unsettled at a time; they come as events.
  Status Consume(const std::string& queue, std::uint16_t prefetch);
  // `multiple`: and all before it that are not settled.
  Status Ack(std::uint64_t tag, bool multiple);

  // ---- out ----

  // From now on each published message is confirmed; the first has tag 1.
  Status Confirm();
  // Persistent and mandatory.  It is sent; what becomes of it comes as events.
  // kBusy, and the connection is still of use: it is blocked.
  Status Publish(const Letter& letter);

  // The next thing that the broker says, or kNothing at `until`, at once when that is
  // past.  Answers heartbeats: call it more often than they come.
  Result<Event> Next(SteadyTime until);
  bool blocked() const { return blocked_; }

 private:
  struct Closer {
    void operator()(amqp_connection_state_t_* state) const;
  };
  using State = std::unique_ptr<amqp_connection_state_t_, Closer>;

  explicit Connection(const ConnectionSettings& settings);
  Status Dial();
  Status SetUpTls(amqp_socket_t_* socket) const;
  Status Login();
  Result<bool> Frame(amqp_frame_t_* frame, SteadyTime until);  // false: the time came
  Status ContentFrame(amqp_frame_t_* frame, std::uint8_t type);
  Result<Event> Understand(const amqp_frame_t_& frame);
  Status ReadContent(Delivery* into);
  Status Sent(int status, const char* what);
  Status Answered(const std::string& what);

  const ConnectionSettings settings_;
  const std::string broker_;
  State state_;
  bool blocked_ = false;
  bool well_ = false;  // may be closed politely
};

}  // namespace utboks::amqp
