#include "tests/support/faulty_wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace utboks::testing {
namespace {

constexpr std::size_t kChunk = 1 << 16;
constexpr int kAnswerMillis = 10'000;
// A message of the protocol: its type and its length, which counts itself.
constexpr std::size_t kHead = 5;
// What an error that we have asked for says.
constexpr std::string_view kOurs = "chosen to fail";
constexpr std::string_view kEnded = "terminating connection";

sockaddr_un AddressOf(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL.5432";
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

template <typename Call>
int WithAddress(const std::string& folder, int fd, Call call) {
  const sockaddr_un address = AddressOf(folder);
  return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Frame(char type, std::string_view body) {
  const std::uint32_t size = htonl(static_cast<std::uint32_t>(body.size() + 4));
  std::string frame(1, type);
  frame.append(reinterpret_cast<const char*>(&size), sizeof size);
  return frame.append(body);
}

std::size_t SizeAt(std::string_view bytes, std::size_t at) {
  std::uint32_t size = 0;
  std::memcpy(&size, bytes.data() + at, sizeof size);
  return ntohl(size);
}

// Statements that bring the server to say `sqlstate`; it has been parsed and bound by then.
std::string Refusal(const std::string& sqlstate) {
  using namespace std::string_literals;
  const std::string sql =
      sqlstate == "57P01"
          ? "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())"
          : fmt::format("DO $$BEGIN RAISE EXCEPTION '{}' USING ERRCODE = '{}'; END$$", kOurs,
                        sqlstate);
  return Frame('P', "\0"s + sql + "\0\0\0"s) + Frame('B', "\0\0\0\0\0\0\0\0"s) +
         Frame('E', "\0\0\0\0\0"s);
}

}  // namespace

// One connection of a program's, both ways.
class FaultyWire::Carrier {
 public:
  Carrier(FaultyWire& wire, int client)
      : wire_(wire), client_(client), server_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Carrier() {
    close(client_);
    close(server_);
  }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  void Run() {
    bool open = WithAddress(wire_.target_, server_, ::connect) == 0;
    while (open) {
      std::array<pollfd, 3> polled = {pollfd{client_, POLLIN, 0}, pollfd{server_, POLLIN, 0},
                                      pollfd{wire_.wake_[0], POLLIN, 0}};
      if (poll(polled.data(), polled.size(), -1) < 0) continue;
      if (polled[2].revents != 0) return;
      open = polled[1].revents != 0 ? PassAnswer() : PassMessage();
    }
  }

 private:
  bool PassMessage() {
    const ssize_t got = recv(client_, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return false;
    const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    const std::shared_ptr<const WireFault> fault = wire_.Count(false);
    if (fault != nullptr && fault->how == WireFault::How::kCutBefore) return false;
    if (fault != nullptr && fault->how == WireFault::How::kMeanwhile) fault->meanwhile();
    if (!WriteAll(server_, WithRefusals(bytes))) return false;
    if (fault == nullptr || fault->how != WireFault::How::kCutAnswer) return true;
    pollfd answer{server_, POLLIN, 0};
    (void)poll(&answer, 1, kAnswerMillis);
    return false;
  }

  // `bytes`, with a refusal before each statement that is to be refused.
  std::string WithRefusals(std::string_view bytes) {
    std::string passed;
    for (const char byte : bytes) {
      if (in_frame_ == 0) {
        head_ += byte;
        // The first message of all has no type.
        const std::size_t type = started_ ? 1 : 0;
        if (started_ && head_.size() == 1 && (byte == 'P' || byte == 'B')) {
          if (const auto fault = wire_.Count(true); fault != nullptr) {
            passed += Refusal(fault->sqlstate);
            refusing_ = true;
          }
        }
        if (head_.size() == type + 4) {
          in_frame_ = SizeAt(head_, type) - 4;
          head_.clear();
          started_ = true;
        }
      } else {
        --in_frame_;
      }
      passed += byte;
    }
    return passed;
  }

  bool PassAnswer() {
    const ssize_t got = recv(server_, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return false;
    answer_.append(buffer_.data(), static_cast<std::size_t>(got));
    std::string passed;
    std::size_t at = 0;
    while (answer_.size() - at >= kHead) {
      const std::size_t size = 1 + SizeAt(answer_, at + 1);
      if (answer_.size() - at < size) break;
      PassFrame(answer_.substr(at, size), passed);
      at += size;
    }
    answer_.erase(0, at);
    return WriteAll(client_, passed);
  }

  // That what refuses was parsed and bound is nothing that the program has asked for.
  void PassFrame(std::string frame, std::string& passed) {
    const char type = frame[0];
    if (refusing_ && (type == '1' || type == '2')) {
      held_.push_back(std::move(frame));
      return;
    }
    const bool ours =
        refusing_ && type == 'E' &&
        (frame.find(kOurs) != std::string::npos || frame.find(kEnded) != std::string::npos);
    if (ours) held_.resize(held_.size() - std::min<std::size_t>(2, held_.size()));
    for (const std::string& one : std::exchange(held_, {})) passed += one;
    passed += frame;
  }

  FaultyWire& wire_;
  const int client_, server_;
  std::vector<char> buffer_ = std::vector<char>(kChunk);
  // Of the client's: whether the first message is over, the head of the one that begins, and
  // what is still to come of it.
  bool started_ = false;
  std::string head_;
  std::size_t in_frame_ = 0;
  // Of the server's.  It has refused once: it may again, or pass over what it was to refuse.
  bool refusing_ = false;
  std::string answer_;
  std::vector<std::string> held_;
};

FaultyWire::FaultyWire(std::string folder) : target_(std::move(folder)) {
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (WithAddress(dir_.path().string(), listener_, ::bind) != 0 || listen(listener_, 64) != 0 ||
      pipe2(wake_, O_CLOEXEC) != 0) {
    throw std::runtime_error("the wire cannot listen");
  }
  acceptor_ = std::thread([this] { Accept(); });
}

FaultyWire::~FaultyWire() {
  close(wake_[1]);  // wakes all who poll
  acceptor_.join();
  for (std::thread& carrier : carriers_) carrier.join();
  close(wake_[0]);
  close(listener_);
}

void FaultyWire::Arm(int n, WireFault fault, int times) {
  std::lock_guard guard(mutex_);
  fault_ = std::make_shared<WireFault>(std::move(fault));
  first_ = n;
  times_ = times;
  counted_ = met_ = 0;
}

int FaultyWire::Met() const {
  std::lock_guard guard(mutex_);
  return met_;
}

std::shared_ptr<const WireFault> FaultyWire::Count(bool statement) {
  std::lock_guard guard(mutex_);
  if (first_ == 0 || statement != (fault_->how == WireFault::How::kRefuse)) return nullptr;
  ++counted_;
  if (counted_ < first_ || counted_ >= first_ + times_) return nullptr;
  ++met_;
  return fault_;
}

void FaultyWire::Accept() {
  for (;;) {
    std::array<pollfd, 2> polled = {pollfd{listener_, POLLIN, 0}, pollfd{wake_[0], POLLIN, 0}};
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[1].revents != 0) return;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    std::lock_guard guard(mutex_);
    carriers_.emplace_back([this, client] { Carrier(*this, client).Run(); });
  }
}

}  // namespace utboks::testing
