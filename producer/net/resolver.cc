#include "producer/net/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "queue/base/ascii.h"

namespace utboks {
namespace {

Result<Resolver::Addresses> LookUp(const std::string& host, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return Status(Code::kUnreachable,
                  fmt::format("no address for {}: {}", host, ::gai_strerror(error)));
  }
  Resolver::Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    NetAddress address;
    address.size = each->ai_addrlen;
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return addresses;
}

// By its name alone (RFC 6761, 6.3): a machine without a hosts file would ask the
// network, and whoever answers there must not say where "here" is.
bool IsLocalhost(std::string_view host) {
  constexpr std::string_view kName = "localhost";
  if (host.size() < kName.size()) return false;
  const std::size_t before = host.size() - kName.size();
  return EqualsIgnoringCase(host.substr(before), kName) && (before == 0 || host[before - 1] == '.');
}

Result<Resolver::Addresses> AskSystem(const std::string& host) {
  if (!IsLocalhost(host)) return LookUp(host, 0);
  Result<Resolver::Addresses> here = LookUp("127.0.0.1", AI_NUMERICHOST);
  const Result<Resolver::Addresses> here6 = LookUp("::1", AI_NUMERICHOST);
  if (here.ok() && here6.ok()) here->insert(here->end(), here6->begin(), here6->end());
  return here;
}

void SetPort(std::uint16_t port, NetAddress* address) {
  if (address->storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address->storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&address->storage)->sin_port = htons(port);
  }
}

}  // namespace

struct Resolver::Shared {
  struct Pending {
    std::optional<Result<Addresses>> answer;  // guarded by mutex
  };

  explicit Shared(Lookup how) : lookup(std::move(how)) {}

  const Lookup lookup;
  std::mutex mutex;
  std::condition_variable_any answered;
  std::map<std::string, std::shared_ptr<Pending>> pending;  // guarded by mutex
};

Resolver::Resolver() : Resolver(AskSystem) {}
Resolver::Resolver(Lookup lookup) : shared_(std::make_shared<Shared>(std::move(lookup))) {}

Result<Resolver::Addresses> Resolver::Resolve(const Endpoint& endpoint, SteadyTime deadline,
                                              const std::stop_token& stop) {
  Result<Addresses> result = [&]() -> Result<Addresses> {
    if (endpoint.is_address) return LookUp(endpoint.host, AI_NUMERICHOST);
    std::unique_lock lock(shared_->mutex);
    std::shared_ptr<Shared::Pending>& shared_slot = shared_->pending[endpoint.host];
    const bool first = shared_slot == nullptr;
    if (first) shared_slot = std::make_shared<Shared::Pending>();
    const std::shared_ptr<Shared::Pending> slot = shared_slot;
    if (first) {
      try {
        std::thread([shared = shared_, host = endpoint.host, slot] {
          Result<Addresses> answer = shared->lookup(host);
          const std::lock_guard answering(shared->mutex);
          slot->answer = std::move(answer);
          shared->pending.erase(host);
          shared->answered.notify_all();
        }).detach();
      } catch (const std::system_error&) {
        shared_->pending.erase(endpoint.host);
        return Status(Code::kUnreachable,
                      fmt::format("no thread could be had to look up {}", endpoint.host));
      }
    }
    shared_->answered.wait_until(lock, stop, deadline, [&] { return slot->answer.has_value(); });
    if (slot->answer) return *slot->answer;
    if (stop.stop_requested()) return Status(Code::kCancelled, "stopping");
    return Status(Code::kUnreachable,
                  fmt::format("no address for {}: nobody answered in time", endpoint.host));
  }();
  if (!result.ok()) return result;
  if (result->empty()) {
    return Status(Code::kUnreachable, fmt::format("no address for {}", endpoint.host));
  }
  for (NetAddress& address : *result) SetPort(endpoint.port, &address);
  return result;
}

}  // namespace utboks
