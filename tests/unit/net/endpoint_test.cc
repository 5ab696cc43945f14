#include "producer/net/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace utboks {
namespace {

TEST(EndpointTest, BaseUrlsThatAreTaken) {
  struct Row {
    const char* url;
    const char* host;
    int port;
    bool is_address;
    const char* host_header;
    const char* host_and_port;
  };
  const Row rows[] = {
      {"https://register.example", "register.example", 443, false, "register.example",
       "register.example:443"},
      {"https://register.example/", "register.example", 443, false, "register.example",
       "register.example:443"},
      {"https://localhost:8443", "localhost", 8443, false, "localhost:8443", "localhost:8443"},
      {"https://127.0.0.1:8443/", "127.0.0.1", 8443, true, "127.0.0.1:8443", "127.0.0.1:8443"},
      {"https://[::1]:8443", "::1", 8443, true, "[::1]:8443", "[::1]:8443"},
      {"https://[::1]", "::1", 443, true, "[::1]", "[::1]:443"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.url);
    const auto endpoint = ParseBaseUrl(row.url);
    ASSERT_TRUE(endpoint.ok());
    EXPECT_EQ(endpoint->host, row.host);
    EXPECT_EQ(endpoint->port, row.port);
    EXPECT_EQ(endpoint->is_address, row.is_address);
    EXPECT_EQ(endpoint->HostHeader(), row.host_header);
    EXPECT_EQ(endpoint->HostAndPort(), row.host_and_port);
  }
}

TEST(EndpointTest, BaseUrlsThatAreRefused) {
  for (const char* url :
       {"", "register.example", "http://register.example", "HTTPS//x", "https://", "https:///",
        "https://x:0", "https://x:65536", "https://x:12ab", "https://x:", "https://x/path",
        "https://x?y", "https://user@x", "https://x:1:2", "https://[::1", "https://[zz]",
        "https://[::1]x", "https://a b", "https://a\r\nb"}) {
    SCOPED_TRACE(url);
    const auto endpoint = ParseBaseUrl(url);
    EXPECT_EQ(endpoint.code(), Code::kConfig);
    EXPECT_THAT(endpoint.status().text(), ::testing::HasSubstr("base_url"));
  }
}

TEST(EndpointTest, Proxies) {
  const auto proxy = ParseProxy("proxy.example:3128");
  ASSERT_TRUE(proxy.ok());
  EXPECT_EQ(proxy->host, "proxy.example");
  EXPECT_EQ(proxy->port, 3128);
  for (const char* text : {"", "proxy.example", "http://proxy.example:3128", "proxy:", ":3128"}) {
    EXPECT_EQ(ParseProxy(text).code(), Code::kConfig) << text;
  }
}

TEST(EndpointTest, PagesThatAreTaken) {
  struct Row {
    const char* url;
    const char* host_and_port;
    const char* target;
  };
  const Row rows[] = {
      {"https://feed.example", "feed.example:443", "/"},
      {"https://feed.example/", "feed.example:443", "/"},
      {"https://feed.example/a/rss.xml", "feed.example:443", "/a/rss.xml"},
      {"https://feed.example:8443/a?b=c/d", "feed.example:8443", "/a?b=c/d"},
      {"https://feed.example?b", "feed.example:443", "/?b"},
      {"https://[::1]:8443/%C3%B8", "[::1]:8443", "/%C3%B8"},
  };
  for (const Row& row : rows) {
    const auto page = ParsePageAddress(row.url);
    ASSERT_TRUE(page.ok()) << row.url;
    EXPECT_EQ(page->server.HostAndPort(), row.host_and_port) << row.url;
    EXPECT_EQ(page->target, row.target) << row.url;
  }
}

TEST(EndpointTest, PagesThatAreRefused) {
  const std::string longest = "https://feed.example/" + std::string(2'000, 'x');
  for (const std::string& url :
       {std::string(), std::string("http://feed.example/rss.xml"), std::string("ftp://x/"),
        std::string("feed.example/rss.xml"), std::string("https:///rss.xml"),
        std::string("https://user@feed.example/"), std::string("https://feed.example/a b"),
        std::string("https://feed.example/a\r\nX: y"), std::string("https://feed.example/#top"),
        std::string("https://feed.example/\xC3\xB8"), std::string("https://x:0/"), longest}) {
    const auto page = ParsePageAddress(url);
    EXPECT_EQ(page.code(), Code::kConfig) << url;
    EXPECT_EQ(page.status().text().find('\n'), std::string::npos) << url;
  }
}

}  // namespace
}  // namespace utboks
