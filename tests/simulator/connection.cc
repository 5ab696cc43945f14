#include "tests/simulator/connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/X509Certificate.h>
#include <pthread.h>

#include <csignal>

#include "tests/simulator/exchange.h"
#include "tests/simulator/identity.h"

namespace utboks::simulator {
namespace {

// Writing to a client that has gone must not end the program.
void BlockBrokenPipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Connection::Connection(std::uint64_t number, const Poco::Net::StreamSocket& socket, Site& site)
    : number_(number), site_(site), socket_(socket), line_(socket, site.stop) {}

void Connection::Run(const std::optional<Timeline::Standing>& at_the_door) {
  BlockBrokenPipe();
  if (at_the_door) {
    if (std::holds_alternative<Reset>(site_.timeline.step(at_the_door->step).action)) {
      line_.Reset();
    } else {
      line_.HoldUntil(at_the_door->end);
      line_.Break();
    }
    return;
  }
  try {
    Serve();
  } catch (const Poco::Exception&) {
    // The client broke off, gave no certificate, or does not speak HTTP: for the
    // register too, that is the end of the connection and no more.
  }
  line_.Break();
}

void Connection::Serve() {
  socket_.setNoDelay(true);
  socket_.setReceiveTimeout(site_.http->getTimeout());
  socket_.setSendTimeout(site_.http->getTimeout());
  Poco::Net::SecureStreamSocket secure =
      Poco::Net::SecureStreamSocket::attach(socket_, site_.context);
  secure.completeHandshake();
  line_.Secure(secure);
  const std::string client = OrganisationNumber(secure.peerCertificate());
  const std::string address = socket_.peerAddress().host().toString();

  Poco::Net::HTTPServerSession session(secure, site_.http);
  while (session.hasMoreRequests() && BeginRequest()) {
    Poco::Net::HTTPServerResponseImpl response(session);
    Poco::Net::HTTPServerRequestImpl request(response, session, site_.http.get());
    const bool keep_alive = request.getKeepAlive() && session.canKeepAlive();
    Exchange exchange(
        site_, {*this, line_, number_, address, client, [this] { return finishing(); }}, request);
    const bool goes_on = exchange.Run(keep_alive);
    session.setKeepAlive(goes_on);
    if (!EndRequest() || !goes_on) return;
  }
}

bool Connection::BeginRequest() {
  const MutexLock lock(mutex_);
  busy_ = true;
  return !finishing_;
}

bool Connection::EndRequest() {
  const MutexLock lock(mutex_);
  busy_ = false;
  return !finishing_;
}

bool Connection::finishing() {
  const MutexLock lock(mutex_);
  return finishing_;
}

void Connection::Finish() {
  const MutexLock lock(mutex_);
  finishing_ = true;
  if (!busy_) Cut();
}

}  // namespace utboks::simulator
