// A TCP connection to the register, through the proxy where one is named.
#pragma once

#include <optional>
#include <stop_token>

#include "producer/net/endpoint.h"
#include "producer/net/resolver.h"
#include "producer/net/trouble.h"
#include "producer/net/wire.h"
#include "queue/base/clock.h"

namespace utboks {

struct Dialled {
  int fd = -1;  // connected, non-blocking, the caller's to close; -1 = see trouble
  Trouble trouble;
  int proxy_status = 0;
};

// Tries each address in turn until the deadline.  While it works, and after it
// succeeded, `published` names the socket.
Dialled Dial(const Endpoint& server, const std::optional<Endpoint>& proxy, Resolver& resolver,
             StoppableFd& published, SteadyTime deadline, const std::stop_token& stop);

}  // namespace utboks
