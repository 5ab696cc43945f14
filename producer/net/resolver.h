// Names to addresses, within a deadline.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "producer/net/endpoint.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

struct NetAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// Safe for many threads.  The C library's look-up cannot be interrupted, so each
// runs in a thread of its own, which all who ask for the same name share and
// which may outlive the resolver.
class Resolver {
 public:
  using Addresses = std::vector<NetAddress>;
  // Blocks; ports are left 0.  Not ok: nobody could say.
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;

  Resolver();  // the system's, which is not asked about localhost
  explicit Resolver(Lookup lookup);

  // In the order to try them, at least one.  kUnreachable: no address, or the
  // deadline passed; kCancelled: stop was asked for.
  Result<Addresses> Resolve(const Endpoint& endpoint, SteadyTime deadline,
                            const std::stop_token& stop);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace utboks
