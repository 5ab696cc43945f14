// The port: opened, shut so that connecting is refused, and opened again.
//
// While it is shut nobody else can take it.  Safe for many threads.
#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "tests/simulator/signal_flag.h"

namespace utboks::simulator {

class Door {
 public:
  // Listens on `address`; port 0 takes a free one.  kConfig when another has it.
  static Result<std::unique_ptr<Door>> Open(const Poco::Net::SocketAddress& address);

  std::uint16_t port() const { return port_; }

  // From its return on connecting is refused, and who was not yet let in is reset.
  void Shut();
  void Reopen();

  // The next who comes; nothing when `until` has come, Nudge was called, or the one
  // who came has gone again.
  std::optional<Poco::Net::StreamSocket> Wait(std::optional<SteadyTime> until);
  void Nudge() { nudged_.Raise(); }

 private:
  Door(const Poco::Net::ServerSocket& socket, std::uint16_t port);

  Poco::Net::ServerSocket socket_;  // bound for as long as the door lives
  const std::uint16_t port_;
  std::atomic<bool> open_{true};
  SignalFlag nudged_;
};

}  // namespace utboks::simulator
