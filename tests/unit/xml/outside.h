// Something outside that must not be touched: a port that must not be called, a file
// that must not be opened.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace utboks::test {

class Outside {
 public:
  Outside() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/evil";
    path_ = dir_.File("evil.xsd");
    // A schema for the same namespace that takes anything.
    std::ofstream(path_) << "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
                            "targetNamespace=\"folkeregisteret:melding:doedsfall:v1\"><xs:element "
                            "name=\"meldingOmDoedsfall\"/><xs:element name=\"x\" type=\"xs:int\"/>"
                            "</xs:schema>";
    watch_ = ::inotify_init1(IN_NONBLOCK);
    EXPECT_GE(::inotify_add_watch(watch_, path_.c_str(), IN_OPEN | IN_ACCESS), 0);
  }
  ~Outside() {
    ::close(listener_);
    ::close(watch_);
  }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  const std::string& url() const { return url_; }
  const std::string& path() const { return path_; }
  bool Touched() const {
    char buffer[4096];
    const int caller = ::accept(listener_, nullptr, nullptr);
    if (caller >= 0) ::close(caller);
    return caller >= 0 || ::read(watch_, buffer, sizeof buffer) > 0;
  }

 private:
  testing::TempDir dir_;
  std::string url_, path_;
  int listener_ = -1, watch_ = -1;
};

}  // namespace utboks::test
