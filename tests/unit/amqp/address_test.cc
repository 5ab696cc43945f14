// [amqp] url: what is understood, and what is refused and why.
#include "queue/amqp/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks::amqp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Good {
  const char* url;
  bool tls;
  const char *host, *user, *vhost;
  int port;
};

TEST(AmqpAddress, IsUnderstood) {
  const Good table[] = {
      {"amqps://broker.example.no", true, "broker.example.no", "guest", "/", 5671},
      {"amqps://broker.example.no/", true, "broker.example.no", "guest", "/", 5671},
      {"amqps://utboks@broker.example.no:5999/etat", true, "broker.example.no", "utboks", "etat",
       5999},
      {"amqps://ut%40boks@b/a%2Fb", true, "b", "ut@boks", "a/b", 5671},
      {"amqps://[2001:db8::1]:1", true, "2001:db8::1", "guest", "/", 1},
      {"amqp://localhost", false, "localhost", "guest", "/", 5672},
      {"amqp://127.0.0.1:65535", false, "127.0.0.1", "guest", "/", 65535},
      {"amqp://[::1]", false, "::1", "guest", "/", 5672},
  };
  for (const Good& row : table) {
    const auto address = ParseAddress(row.url);
    ASSERT_TRUE(address.ok()) << row.url << ": " << address.status().text();
    EXPECT_EQ(address->tls, row.tls) << row.url;
    EXPECT_EQ(address->host, row.host) << row.url;
    EXPECT_EQ(address->user, row.user) << row.url;
    EXPECT_EQ(address->vhost, row.vhost) << row.url;
    EXPECT_EQ(address->port, row.port) << row.url;
  }
}

TEST(AmqpAddress, IsRefusedWithoutBeingQuoted) {
  const std::pair<const char*, const char*> table[] = {
      {"", "must be amqps://"},
      {"https://broker", "must be amqps://"},
      {"amqps://", "names no host"},
      {"amqps://user:hemmelig@broker", "password_file"},
      {"amqps://user:hemmelig@br@oker", "password_file"},
      {"amqps://us%zzer@hemmelig", "user name"},
      {"amqps://@hemmelig", "user name"},
      {"amqps://hemmelig:", "without a port"},
      {"amqps://hemmelig:0", "port"},
      {"amqps://hemmelig:65536", "port"},
      {"amqps://hemmelig:12x", "port"},
      {"amqps://hem melig", "host name"},
      {"amqps://[hemmelig]", "IPv6"},
      {"amqps://[::1", "["},
      {"amqps://[::1]hemmelig", "after the ]"},
      {"amqps://broker/a/hemmelig", "vhost"},
      {"amqps://broker/%00", "vhost"},
      {"amqp://broker.example.no", "must be amqps"},
      {"amqp://127.hemmelig.no", "must be amqps"},
      {"amqp://localhost.hemmelig.no", "must be amqps"},
  };
  for (const auto& [url, says] : table) {
    const auto address = ParseAddress(url);
    ASSERT_FALSE(address.ok()) << url;
    EXPECT_EQ(address.code(), Code::kConfig) << url;
    EXPECT_THAT(address.status().text(), HasSubstr(says)) << url;
    EXPECT_THAT(address.status().text(), Not(HasSubstr("hemmelig"))) << url;
  }
}

TEST(AmqpAddress, IsShownWithoutUserAndVhost) {
  EXPECT_EQ(ParseAddress("amqps://a@b/c")->Shown(), "amqps://b:5671");
  EXPECT_EQ(ParseAddress("amqp://[::1]:7")->Shown(), "amqp://[::1]:7");
}

}  // namespace
}  // namespace utboks::amqp
