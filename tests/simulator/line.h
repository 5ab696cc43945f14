// The wire to one client, and the ways of breaking it.
#pragma once

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "queue/base/clock.h"
#include "tests/simulator/signal_flag.h"

namespace utboks::simulator {

// Break and broken may be called from any thread, all else by the one that serves.
class Line {
 public:
  // `stop` outlives the line; once raised nothing waits any more.
  Line(const Poco::Net::StreamSocket& socket, const SignalFlag& stop);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // From here on what is sent goes through TLS; `secure` is of the same socket.
  void Secure(const Poco::Net::SecureStreamSocket& secure) { secure_ = secure; }

  // False when it could not be sent whole.
  bool Send(std::string_view bytes);
  // `bytes` so many at a time, with a pause after each; ends early when the client
  // has gone.
  bool Drip(std::string_view bytes, std::size_t at_a_time, Millis pause);

  // The other side sees the end (FIN), without a farewell of TLS.
  void Break();
  // The other side sees a reset (RST).
  void Reset();
  bool broken() const { return broken_; }

  // False when `stop` was raised first.
  bool Pause(Millis length) const;
  // Until the client has gone, `stop` is raised or `end` (nothing: never) has come.
  void HoldUntil(std::optional<SteadyTime> end) const;

 private:
  // A second descriptor of the same socket: it stays valid whatever Poco closes.
  const int descriptor_;
  const SignalFlag& stop_;
  std::optional<Poco::Net::SecureStreamSocket> secure_;
  std::atomic<bool> broken_{false};
};

}  // namespace utboks::simulator
