// A real RabbitMQ broker for tests.
//
// Under ctest one broker is started for all tests and stopped after them (fixture
// `rabbitmq`); a test program that is run by hand starts one of its own.  Tests on it
// run one at a time (its memory alarm and its restart are for all), each with queues of
// its own names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace utboks::testing {

class RabbitmqServer {
 public:
  // The one that all tests of this process share.
  static RabbitmqServer& Shared();

  RabbitmqServer(const RabbitmqServer&) = delete;
  RabbitmqServer& operator=(const RabbitmqServer&) = delete;
  ~RabbitmqServer();

  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }  // wants a client certificate
  std::string user() const { return "utboks"; }
  const std::string& password() const { return password_; }
  // ca.pem, client.pem and client-key.pem are for TLS with it, as localhost.
  std::string pki(const std::string& name) const { return folder_ + "/pki/" + name + ".pem"; }
  // A name that no other test has.
  std::string Fresh(const std::string& what);

  // rabbitmqctl: what it says; the test fails when it fails.
  std::string Ctl(const std::vector<std::string>& words) const;
  // Imports the definitions in this file.
  void Define(const std::string& definitions) const;
  // Ends it, which cuts every connection, and starts it; back when it listens again.
  void Restart() const;

 private:
  RabbitmqServer();

  std::string file_;   // that tells of it
  bool ours_ = false;  // ours to stop
  std::string folder_, password_;
  std::uint16_t port_ = 0, tls_port_ = 0;
  int made_ = 0;
};

}  // namespace utboks::testing
