#include "tests/simulator/line.h"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>

namespace utboks::simulator {

Line::Line(const Poco::Net::StreamSocket& socket, const SignalFlag& stop)
    : descriptor_(::fcntl(socket.impl()->sockfd(), F_DUPFD_CLOEXEC, 0)), stop_(stop) {}

Line::~Line() {
  secure_.reset();
  ::shutdown(descriptor_, SHUT_RDWR);
  ::close(descriptor_);
}

bool Line::Send(std::string_view bytes) {
  try {
    while (!bytes.empty()) {
      const int sent = secure_->sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  } catch (const Poco::Exception&) {  // the client has gone, or we cut it off
    return false;
  }
}

bool Line::Drip(std::string_view bytes, std::size_t at_a_time, Millis pause) {
  while (!bytes.empty()) {
    const std::size_t now = std::min(at_a_time, bytes.size());
    if (!Send(bytes.substr(0, now)) || !Pause(pause)) return false;
    bytes.remove_prefix(now);
  }
  return true;
}

void Line::Break() {
  broken_ = true;
  ::shutdown(descriptor_, SHUT_RDWR);
}

void Line::Reset() {
  broken_ = true;
  // Linux: a connected socket told to connect nowhere sends RST at once.
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  [[maybe_unused]] const int reset = ::connect(descriptor_, &nowhere, sizeof nowhere);
}

bool Line::Pause(Millis length) const {
  const SteadyTime end = std::chrono::steady_clock::now() + length;
  if (length > Millis(0)) WaitFor(-1, 0, stop_, end);
  return !stop_.raised();
}

void Line::HoldUntil(std::optional<SteadyTime> end) const {
  WaitFor(descriptor_, POLLRDHUP, stop_, end);
}

}  // namespace utboks::simulator
