#include "tests/simulator/door.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <fmt/format.h>
#include <sys/socket.h>

namespace utboks::simulator {
namespace {

constexpr int kBacklog = 1024;

}  // namespace

Door::Door(const Poco::Net::ServerSocket& socket, std::uint16_t port)
    : socket_(socket), port_(port) {}

Result<std::unique_ptr<Door>> Door::Open(const Poco::Net::SocketAddress& address) {
  try {
    Poco::Net::SocketAddress wanted = address;
    Poco::Net::ServerSocket chooser;
    if (address.port() == 0) {
      // A port that the kernel chose is given back when listening stops; one asked
      // for by number stays ours.
      chooser.bind(address, true, false);
      wanted = Poco::Net::SocketAddress(address.host(), chooser.address().port());
    }
    Poco::Net::ServerSocket socket;
    socket.bind(wanted, true, false);
    socket.listen(kBacklog);
    socket.setBlocking(false);
    return std::unique_ptr<Door>(new Door(socket, wanted.port()));
  } catch (const Poco::Exception& error) {
    return Status(Code::kConfig,
                  fmt::format("cannot listen on {}: {}; end the other program or choose another "
                              "port with --listen",
                              address.toString(), error.displayText()));
  }
}

void Door::Shut() {
  open_ = false;
  ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
  Nudge();
}

void Door::Reopen() {
  ::listen(socket_.impl()->sockfd(), kBacklog);
  open_ = true;
  Nudge();
}

std::optional<Poco::Net::StreamSocket> Door::Wait(std::optional<SteadyTime> until) {
  const int listening = open_ ? socket_.impl()->sockfd() : -1;
  const short seen = WaitFor(listening, POLLIN, nudged_, until);
  nudged_.Lower();
  if ((seen & POLLIN) == 0) return std::nullopt;
  const int descriptor = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(descriptor));
}

}  // namespace utboks::simulator
