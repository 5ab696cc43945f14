#include "tests/support/rabbitmq_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/support/child_process.h"

namespace utboks::testing {
namespace {

Finished Script(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {UTBOKS_RABBITMQ_SERVER};
  argv.insert(argv.end(), words.begin(), words.end());
  return RunToEnd({.argv = argv}, std::chrono::seconds(180));
}

}  // namespace

RabbitmqServer& RabbitmqServer::Shared() {
  static RabbitmqServer server;
  return server;
}

RabbitmqServer::RabbitmqServer() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any test runs
  const char* const shared = std::getenv("UTBOKS_TEST_RABBITMQ");
  if (shared != nullptr && std::ifstream(shared)) {
    file_ = shared;
  } else {
    file_ = fmt::format("/tmp/utboks-rabbitmq-of-{}", getpid());
    ours_ = true;
    const Finished started = Script({"start", file_});
    if (started.code() != 0) throw std::runtime_error("no RabbitMQ: " + started.err);
  }
  std::ifstream file(file_);
  file >> folder_ >> port_ >> tls_port_ >> password_;
  if (!file) throw std::runtime_error(file_ + " tells of no RabbitMQ");
}

RabbitmqServer::~RabbitmqServer() {
  if (ours_) static_cast<void>(Script({"stop", file_}));
}

std::string RabbitmqServer::Fresh(const std::string& what) {
  return fmt::format("{}.{}.{}", what, getpid(), ++made_);
}

std::string RabbitmqServer::Ctl(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {"ctl", file_};
  all.insert(all.end(), words.begin(), words.end());
  const Finished run = Script(all);
  EXPECT_EQ(run.code(), 0) << words.front() << ": " << run.err;
  return run.out;
}

void RabbitmqServer::Define(const std::string& definitions) const {
  const Finished run = Script({"define", file_, definitions});
  EXPECT_EQ(run.code(), 0) << run.err;
}

void RabbitmqServer::Restart() const {
  const Finished run = Script({"restart", file_});
  ASSERT_EQ(run.code(), 0) << run.err;
}

}  // namespace utboks::testing
