#include "producer/net/resolver.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>

namespace utboks {
namespace {

using ::testing::ElementsAre;

std::string Text(const NetAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  const bool is_v6 = address.storage.ss_family == AF_INET6;
  const void* bytes = is_v6 ? static_cast<const void*>(&v6->sin6_addr) : &v4->sin_addr;
  inet_ntop(address.storage.ss_family, bytes, text.data(), text.size());
  return std::string(text.data()) + " " +
         std::to_string(ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
}

// Neither a hosts file nor the network is asked: no system knows the last of these.
TEST(Resolver, LocalhostIsHereWhateverTheSystemSays) {
  for (const char* name : {"localhost", "LocalHost", "register.localhost"}) {
    Endpoint endpoint;
    endpoint.host = name;
    endpoint.port = 8443;
    Resolver resolver;
    const auto found =
        resolver.Resolve(endpoint, SystemClock().Steady() + Millis(10'000), std::stop_token());
    ASSERT_TRUE(found.ok()) << found.status().text();
    std::vector<std::string> texts;
    for (const NetAddress& address : *found) texts.push_back(Text(address));
    EXPECT_THAT(texts, ElementsAre("127.0.0.1 8443", "::1 8443")) << name;
  }
}

}  // namespace
}  // namespace utboks
