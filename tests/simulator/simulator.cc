#include "tests/simulator/simulator.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <utility>

namespace utboks::simulator {
namespace {

constexpr std::size_t kMostConnections = 4096;

SteadyTime SteadyNow() {
  return std::chrono::steady_clock::now();
}

Poco::Timespan Span(Millis length) {
  return Poco::Timespan(static_cast<Poco::Timespan::TimeDiff>(length.count()) * 1000);
}

// Works out the authorities' extensions, which OpenSSL otherwise does at the first look:
// connections share these certificates, and one would read what another is writing.
void WorkOutExtensions(SSL_CTX* context) {
  const STACK_OF(X509_OBJECT)* known = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(known); ++i) {
    X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, i));
    if (authority != nullptr) X509_check_purpose(authority, -1, 0);
  }
}

Result<Poco::Net::Context::Ptr> MakeContext(const std::string& pki) {
  // Ours for as long as the process lives; other code in it may have done the same.
  static const bool started = (Poco::Net::initializeSSL(), true);
  static_cast<void>(started);
  try {
    Poco::Net::Context::Params params;
    params.privateKeyFile = pki + "/server-key.pem";
    params.certificateFile = pki + "/server.pem";
    params.caLocation = pki + "/ca.pem";
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;  // no certificate, no entry
    Poco::Net::Context::Ptr context(
        new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));
    if (SSL_CTX_check_private_key(context->sslContext()) != 1) {
      throw Poco::InvalidArgumentException("the key is not the certificate's");
    }
    WorkOutExtensions(context->sslContext());
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    // A client that resumes a session without this is refused with internal_error.
    context->enableSessionCache(true, "utboks-simulator");
    return context;
  } catch (const Poco::Exception& error) {
    return Status(Code::kConfig,
                  fmt::format("cannot use the certificates in {} ({}): make them with "
                              "conf/pki/make-dev-pki.sh",
                              pki, error.displayText()));
  }
}

Result<Poco::Net::SocketAddress> ParseAddress(const std::string& text) {
  try {
    return Poco::Net::SocketAddress(text);
  } catch (const Poco::Exception&) {
    return Status(
        Code::kConfig,
        fmt::format("cannot listen on {}: give ADDRESS:PORT, such as 127.0.0.1:8443", text));
  }
}

Poco::Net::HTTPServerParams::Ptr MakeHttp(const Scenario& scenario) {
  Poco::Net::HTTPServerParams::Ptr http(new Poco::Net::HTTPServerParams);
  http->setKeepAlive(true);
  http->setKeepAliveTimeout(Span(scenario.keep_alive_timeout));
  http->setMaxKeepAliveRequests(static_cast<int>(scenario.requests_per_connection));
  return http;
}

std::string_view KindName(const Action& action) {
  static constexpr std::string_view kNames[] = {"refuse",   "stall",   "reset",  "hang",  "slow",
                                                "lost",     "latency", "clock",  "error", "page",
                                                "throttle", "answer",  "receipt"};
  static_assert(std::size(kNames) == std::variant_size_v<Action>);
  return kNames[action.index()];
}

}  // namespace

Result<std::unique_ptr<Simulator>> Simulator::Start(Settings settings) {
  auto address = ParseAddress(settings.listen);
  if (!address.ok()) return address.status();
  auto context = MakeContext(settings.pki);
  if (!context.ok()) return context.status();
  auto contracts = Contracts::Load(settings.schemas, settings.validate);
  if (!contracts.ok()) return contracts.status();
  auto journal = Journal::Open(settings.journal);
  if (!journal.ok()) return journal.status();
  auto door = Door::Open(address.value());
  if (!door.ok()) return door.status();
  return std::unique_ptr<Simulator>(
      new Simulator(std::move(settings), context.value(), std::move(contracts).value(),
                    std::move(journal).value(), std::move(door).value()));
}

Simulator::Simulator(Settings settings, Poco::Net::Context::Ptr context,
                     std::unique_ptr<Contracts> contracts, std::unique_ptr<Journal> journal,
                     std::unique_ptr<Door> door)
    : settings_(std::move(settings)),
      contracts_(std::move(contracts)),
      journal_(std::move(journal)),
      door_(std::move(door)),
      mottak_(*contracts_, settings_.scenario),
      timeline_(settings_.scenario, settings_.seed, SteadyNow(), SystemClock().Wall()),
      rates_(settings_.scenario.rate_limit_per_minute),
      site_{mottak_,
            timeline_,
            *journal_,
            rates_,
            Dice(settings_.seed),
            std::move(context),
            MakeHttp(settings_.scenario),
            [this](Connection& noticed_by) { FollowTimeline(&noticed_by); }} {
  FollowTimeline(nullptr);
  listener_ = std::thread([this] { Listen(); });
}

Simulator::~Simulator() {
  stopping_ = true;
  site_.stop.Raise();
  door_->Nudge();
  listener_.join();
  std::list<Served> rest;
  {
    const MutexLock lock(mutex_);
    rest.swap(served_);
  }
  for (Served& served : rest) served.connection->Cut();
  for (Served& served : rest) served.thread.join();
}

std::string Simulator::base_url() const {
  return fmt::format("https://{}:{}", Poco::Net::SocketAddress(settings_.listen).host().toString(),
                     port());
}

void Simulator::Listen() {
  while (!stopping_) {
    FollowTimeline(nullptr);
    if (const auto socket = door_->Wait(timeline_.NextChange())) Admit(*socket);
  }
}

void Simulator::FollowTimeline(Connection* noticed_by) {
  const MutexLock lock(mutex_);
  for (const Timeline::Change& change : timeline_.TakeChanges(SteadyNow())) {
    const Step& step = timeline_.step(change.step);
    journal_->Step(step.name, KindName(step.action), change.begun);
  }
  const auto standing = timeline_.AtTheDoor();
  const Refuse* refuse =
      standing ? std::get_if<Refuse>(&timeline_.step(standing->step).action) : nullptr;
  if (refuse != nullptr && !shut_) {
    shut_ = true;
    door_->Shut();
    EndOthers(refuse->kept_alive, noticed_by);
  } else if (refuse == nullptr && shut_) {
    shut_ = false;
    door_->Reopen();
  }
  // The listener must learn when the next change is due.
  if (noticed_by != nullptr) door_->Nudge();
}

void Simulator::EndOthers(KeptAlive how, const Connection* noticed_by) {
  if (how == KeptAlive::kServe) return;
  for (Served& served : served_) {
    Connection& connection = *served.connection;
    if (how == KeptAlive::kCut && &connection != noticed_by) {
      connection.Cut();
    } else {
      connection.Finish();
    }
  }
}

void Simulator::Admit(const Poco::Net::StreamSocket& socket) {
  const MutexLock lock(mutex_);
  for (auto served = served_.begin(); served != served_.end();) {
    if (!served->over) {
      ++served;
      continue;
    }
    served->thread.join();
    served = served_.erase(served);
  }
  // Shut since it was let in, or too many: closing is all it gets.
  if (shut_ || served_.size() >= kMostConnections) return;
  Served& served = served_.emplace_back();
  served.connection = std::make_unique<Connection>(++admitted_, socket, site_);
  served.thread = std::thread([&served, at_the_door = timeline_.AtTheDoor()] {
    served.connection->Run(at_the_door);
    served.over = true;
  });
}

}  // namespace utboks::simulator
