#include "producer/submit/http_register_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

#include "producer/net/multipart_body.h"
#include "producer/net/resolver.h"
#include "producer/net/tls_context.h"
#include "producer/submit/classify.h"

namespace utboks {
namespace {

constexpr std::string_view kPath = "/folkeregisteret/mottak/api/";

// What may stand in the path.  The catalogue holds nothing else; a store that was
// written to by hand may.
bool FitsInPath(std::string_view ressurs) {
  return !ressurs.empty() && ressurs.front() != '.' &&
         std::all_of(ressurs.begin(), ressurs.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

// Nothing was sent, and only a person can change that.
Outcome HeldUnsent(std::string reason) {
  Outcome outcome;
  outcome.verdict = Verdict::kHold;
  outcome.reason = std::move(reason);
  return outcome;
}

Outcome CertificateExpired() {
  Outcome outcome;
  outcome.scope = Scope::kSite;
  outcome.gate = GateEffect::kClose;
  outcome.credential = true;
  outcome.reason = "certificate-expired";
  return outcome;
}

// Memory ran out somewhere on the way: it may have left.
Outcome Unknown() {
  Outcome outcome;
  outcome.verdict = Verdict::kInDoubt;
  outcome.result = AttemptResult::kUnanswered;
  outcome.counted = true;
  outcome.reason = "unanswered-failed";
  return outcome;
}

}  // namespace

RegisterSite::RegisterSite(std::shared_ptr<const Credentials> credentials, Clock& clock)
    : credentials_(std::move(credentials)), clock_(clock) {}

Result<std::shared_ptr<const RegisterSite>> RegisterSite::Make(
    const RegisterSettings& settings, std::shared_ptr<const Credentials> credentials,
    Clock& clock) {
  auto server = ParseBaseUrl(settings.base_url);
  if (!server.ok()) return server.status();
  std::shared_ptr<RegisterSite> site(new RegisterSite(std::move(credentials), clock));
  site->server_ = *server;
  if (!settings.proxy.empty()) {
    auto proxy = ParseProxy(settings.proxy);
    if (!proxy.ok()) return proxy.status();
    site->session_.proxy = *proxy;
  }
  site->session_.connect_timeout = settings.connect_timeout;
  site->session_.response_timeout = settings.response_timeout;
  site->delivery_ = settings.delivery;
  site->forms_ = settings.forms;
  site->headers_ =
      fmt::format(" HTTP/1.1\r\nHost: {}\r\nUser-Agent: utboks/{}\r\nAccept: application/xml\r\n",
                  server->HostHeader(), UTBOKS_VERSION);
  auto context = TlsContext::Make(*site->credentials_, *server);
  if (!context.ok()) return context.status();
  site->context_ = *context;
  site->resolver_ = std::make_shared<Resolver>();
  return std::shared_ptr<const RegisterSite>(std::move(site));
}

HttpRegisterClient::HttpRegisterClient(std::shared_ptr<const RegisterSite> site)
    : site_(std::move(site)), session_(site_->context_, site_->resolver_, site_->session_) {}

bool HttpRegisterClient::Expired() const {
  return site_->credentials_->ExpiredAt(site_->clock_.Wall());
}

Exchange HttpRegisterClient::Send(const Request& request, SteadyTime deadline,
                                  const std::stop_token& stop) {
  Exchange exchange = session_.Send(request, deadline, stop);
  last_failure_ = exchange.detail;
  tls_version_ = exchange.tls_version;
  return exchange;
}

// Each time the same bytes: the parts' names are the catalogue's, the rest is stored.
Outcome HttpRegisterClient::PostForm(const Payload& payload, const MultipartForm& form,
                                     SteadyTime deadline, const std::stop_token& stop) {
  std::vector<std::string_view> types;
  types.reserve(payload.attachments.size());
  for (const NewAttachment& one : payload.attachments) types.emplace_back(one.type);
  const auto into = AssignParts(form, types);
  std::vector<FormPart> parts;
  parts.reserve(into.size() + 1);
  parts.push_back(
      {form.document.name, form.document.filename, form.document.type, payload.document.reveal()});
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (into[i] == nullptr) return HeldUnsent("attachment-unsupported");
    const NewAttachment& one = payload.attachments[i];
    parts.push_back({into[i]->name, one.name.reveal(), one.type, one.bytes.reveal()});
  }
  const MultipartBody body(parts);
  return Post(payload, {body.content_type(), body.pieces()}, deadline, stop);
}

Outcome HttpRegisterClient::Post(const Payload& payload, const Body& body, SteadyTime deadline,
                                 const std::stop_token& stop) {
  std::size_t size = 0;
  for (const std::string_view piece : body.pieces) size += piece.size();
  head_.clear();
  fmt::format_to(std::back_inserter(head_),
                 "POST {}{}{}Content-Type: {}\r\nContent-Length: {}\r\n\r\n", kPath,
                 payload.ressurs, site_->headers_, body.type, size);
  const Request request{head_, body.pieces, false};
  Exchange exchange = Send(request, deadline, stop);
  // It broke because the connection was old, not because the register is down:
  // its connection is closed now, so this goes over a new one.
  if (MayGoAgain(exchange)) exchange = Send(request, deadline, stop);
  Outcome outcome = Classify(exchange, payload.identifikator.reveal(), site_->delivery_);
  // Whoever's answer this was, the next one on this connection may be another's.
  if (outcome.mixed_answer) session_.Close();
  return outcome;
}

Outcome HttpRegisterClient::Submit(const Payload& payload, SteadyTime deadline,
                                   const std::stop_token& stop) {
  last_failure_.clear();
  tls_version_ = {};
  if (!FitsInPath(payload.ressurs)) return HeldUnsent("ressurs-invalid");
  const auto form = site_->forms_.find(payload.ressurs);
  // Nothing without its attachments: the register would judge half a message.
  if (form == site_->forms_.end() && !payload.attachments.empty()) {
    return HeldUnsent("attachment-unsupported");
  }
  if (Expired()) {
    session_.Close();
    return CertificateExpired();
  }
  try {
    if (form != site_->forms_.end()) return PostForm(payload, form->second, deadline, stop);
    const std::string_view document = payload.document.reveal();
    return Post(payload, {"application/xml; charset=UTF-8", std::span(&document, 1)}, deadline,
                stop);
  } catch (const std::exception&) {
    session_.Close();
    return Unknown();
  }
}

HeadResult HttpRegisterClient::Head(std::string_view ressurs, SteadyTime deadline,
                                    const std::stop_token& stop) {
  last_failure_.clear();
  tls_version_ = {};
  HeadResult none;
  if (!FitsInPath(ressurs)) {
    none.reason = "ressurs-invalid";
    return none;
  }
  if (Expired()) {
    session_.Close();
    none.asked = true;
    none.credential = true;
    none.reason = "certificate-expired";
    return none;
  }
  try {
    head_.clear();
    fmt::format_to(std::back_inserter(head_), "HEAD {}{}{}\r\n", kPath, ressurs, site_->headers_);
    const Request request{head_, {}, true};
    Exchange exchange = Send(request, deadline, stop);
    // Asking twice is harmless: an old connection that the other side closed just
    // now says nothing of the register.
    const bool lost = exchange.phase == Phase::kPartlyWritten || exchange.phase == Phase::kWritten;
    const bool broken = exchange.fault == Fault::kReset || exchange.fault == Fault::kClosed;
    if (exchange.kept_alive && lost && broken) exchange = Send(request, deadline, stop);
    return ClassifyHead(exchange, site_->delivery_);
  } catch (const std::exception&) {
    session_.Close();
    none.asked = true;
    none.reason = "unanswered-failed";
    return none;
  }
}

}  // namespace utboks
