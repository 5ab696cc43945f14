#include "tests/simulator/plain_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/String.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/support/simulator_fixture.h"

namespace utboks::simulator {
namespace {

using testing::DevPki;

// Fills in what `bytes` say; true when they are a whole answer.
bool Understand(Reply& reply, bool head) {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string_view bytes = reply.bytes;
  if (bytes.starts_with(kContinue)) bytes.remove_prefix(kContinue.size());
  const std::size_t end = bytes.find("\r\n\r\n");
  if (bytes.starts_with("HTTP/1.1 ") && bytes.find("\r\n") != std::string_view::npos) {
    reply.status = std::stoi(std::string(bytes.substr(9, 3)));
  }
  if (end == std::string_view::npos) return false;
  std::istringstream lines(std::string(bytes.substr(0, end)));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(": ");
    reply.headers[Poco::toLower(line.substr(0, colon))] = Poco::trim(line.substr(colon + 2));
  }
  reply.body = bytes.substr(end + 4);
  return head || reply.body.size() >= std::stoul(reply.headers.at("content-length"));
}

}  // namespace

std::string Reply::Element(std::string_view name) const {
  const std::string open = fmt::format("<{}>", name);
  const std::size_t start = body.find(open);
  if (start == std::string::npos) return {};
  const std::size_t text = start + open.size();
  return body.substr(text, body.find("</", text) - text);
}

PlainClient::PlainClient(std::uint16_t port, const Spec& spec) : port_(port), spec_(spec) {
  Poco::Net::Context::Params params;
  if (!spec.certificate.empty()) {
    params.privateKeyFile = DevPki::Shared().key(spec.certificate);
    params.certificateFile = DevPki::Shared().certificate(spec.certificate);
  }
  params.caLocation = DevPki::Shared().ca();
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  context_ = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
}

Reply::End PlainClient::Connect() {
  if (socket_) return Reply::End::kWhole;
  try {
    Poco::Net::StreamSocket plain;
    plain.connect(Poco::Net::SocketAddress("127.0.0.1", port_));
    plain.setReceiveTimeout(Poco::Timespan(spec_.patience.count() * 1000));
    socket_ = Poco::Net::SecureStreamSocket::attach(plain, "localhost", context_);
    socket_->completeHandshake();
    return Reply::End::kWhole;
  } catch (const Poco::Net::ConnectionRefusedException&) {
    return Reply::End::kRefused;
  } catch (const Poco::Net::ConnectionResetException&) {
    socket_.reset();
    return Reply::End::kReset;
  } catch (const Poco::TimeoutException&) {
    socket_.reset();
    return Reply::End::kSilent;
  } catch (const Poco::Exception&) {
    socket_.reset();
    return Reply::End::kHandshake;
  }
}

bool PlainClient::Send(std::string_view bytes) {
  if (Connect() != Reply::End::kWhole) return false;
  try {
    while (!bytes.empty()) {
      const int sent = socket_->sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  } catch (const Poco::Exception&) {
    return false;  // what came of it shows in Receive
  }
}

Reply PlainClient::Receive(bool head) {
  Reply reply;
  char buffer[4096];
  try {
    while (!Understand(reply, head)) {
      const int got = socket_->receiveBytes(buffer, sizeof buffer);
      if (got <= 0) {
        socket_.reset();
        return reply;
      }
      reply.bytes.append(buffer, static_cast<std::size_t>(got));
    }
    reply.end = Reply::End::kWhole;
    if (reply.headers["connection"] == "Close") socket_.reset();
    return reply;
  } catch (const Poco::Net::ConnectionResetException&) {
    reply.end = Reply::End::kReset;
  } catch (const Poco::TimeoutException&) {
    reply.end = Reply::End::kSilent;
  } catch (const Poco::Net::SSLConnectionUnexpectedlyClosedException&) {
    reply.end = Reply::End::kClosed;
  } catch (const Poco::Exception& error) {
    // An end without TLS' farewell is OpenSSL's error too; an alert is the other kind:
    // with TLS 1.3 a refused certificate shows at the first read only.
    const bool ended = error.displayText().find("unexpected eof") != std::string::npos;
    reply.end = ended ? Reply::End::kClosed : Reply::End::kHandshake;
  }
  socket_.reset();
  return reply;
}

Reply PlainClient::Exchange(std::string_view request, bool head) {
  if (const Reply::End end = Connect(); end != Reply::End::kWhole) {
    Reply reply;
    reply.end = end;
    return reply;
  }
  Send(request);
  return Receive(head);
}

Reply PlainClient::Post(std::string_view ressurs, std::string_view body, std::string_view headers) {
  return Exchange(
      fmt::format("POST /folkeregisteret/mottak/api/{} HTTP/1.1\r\nHost: localhost\r\n"
                  "{}Content-Length: {}\r\n\r\n{}",
                  ressurs, headers, body.size(), body));
}

Reply PlainClient::Head(std::string_view ressurs) {
  return Exchange(fmt::format("HEAD /folkeregisteret/mottak/api/{} HTTP/1.1\r\n"
                              "Host: localhost\r\n\r\n",
                              ressurs),
                  true);
}

std::string DeathNotice(std::string_view identifier) {
  static const std::string form = [] {
    std::ostringstream text;
    text
        << std::ifstream(UTBOKS_SOURCE_DIR "/schemas/examples/MeldingOmDoedsfall_v1.1.xml").rdbuf();
    return text.str();
  }();
  constexpr std::string_view kOpen = "<avsendersMeldingsidentifikator>";
  const std::size_t start = form.find(kOpen) + kOpen.size();
  return form.substr(0, start) + std::string(identifier) + form.substr(form.find("</", start));
}

}  // namespace utboks::simulator
