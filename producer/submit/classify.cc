#include "producer/submit/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "producer/net/http_date.h"
#include "producer/submit/register_answer.h"
#include "queue/base/ascii.h"
#include "queue/base/utf8.h"

namespace utboks {
namespace {

constexpr std::size_t kLongestKept = 200;

using Kind = RegisterAnswer::Kind;

// ---- what is kept of an answer in the open ----

// Printable UTF-8 of at most 200 characters; "" otherwise.
std::string Printable(std::string_view text) {
  std::size_t characters = 0;
  for (std::string_view rest = text; !rest.empty(); ++characters) {
    const std::size_t length = Utf8SequenceLength(rest);
    if (length == 0 || BeginsWithControl(rest)) return {};
    rest.remove_prefix(length);
  }
  return characters <= kLongestKept ? std::string(text) : std::string();
}

// An exception's name is kept in the open, and so must be one: no blanks, and no
// run of digits that could be a person.
std::string ExceptionName(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '_' || c == '-' || c == '$' ||
                      static_cast<unsigned char>(c) >= 0x80;
    if (!fits || digits >= 6) return {};
  }
  return Printable(text);
}

// Blanks at the ends and their number between words may change on the way through
// the register; nothing else may.
bool SameIdentifier(std::string_view a, std::string_view b) {
  constexpr std::string_view kBlanks = " \t\r\n";
  for (;;) {
    a.remove_prefix(std::min(a.find_first_not_of(kBlanks), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of(kBlanks), b.size()));
    const std::string_view a_word = a.substr(0, a.find_first_of(kBlanks));
    const std::string_view b_word = b.substr(0, b.find_first_of(kBlanks));
    if (a_word != b_word) return false;
    if (a_word.empty()) return true;
    a.remove_prefix(a_word.size());
    b.remove_prefix(b_word.size());
  }
}

bool SpeaksOfAuthorization(std::string_view text) {
  return AsciiLowered(text).find("authorization") != std::string::npos;
}

// ---- 429 ----

// Digits are milliseconds here, whatever HTTP says; a date counts from the
// answer's own clock, which is the one it was written by.
Millis RetryAfter(const Exchange& exchange, const DeliverySettings& settings) {
  const std::string_view text = exchange.retry_after;
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  Millis asked = settings.backoff_min;
  if (digits) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    asked = parsed.ec == std::errc() ? Millis(number) : settings.retry_after_max;
  } else {
    const auto until = ParseHttpDate(text);
    const auto from = ParseHttpDate(exchange.date);
    if (until && from) asked = *until - *from;
  }
  return std::max(settings.backoff_min, std::min(asked, settings.retry_after_max));
}

// ---- no status line ----

std::string_view Suffix(Fault fault) {
  switch (fault) {
    case Fault::kTimeout:
      return "timeout";
    case Fault::kReset:
      return "reset";
    case Fault::kClosed:
      return "closed";
    case Fault::kMalformed:
      return "malformed";
    case Fault::kTls:
      return "tls";
    default:
      return "failed";
  }
}

std::string NotConnectedReason(const Exchange& exchange) {
  switch (exchange.fault) {
    case Fault::kDns:
      return "dns";
    case Fault::kRefused:
      return "connect-refused";
    case Fault::kProxy:
      return exchange.proxy_status == 0 ? "proxy" : fmt::format("proxy-{}", exchange.proxy_status);
    default:
      return fmt::format("connect-{}", Suffix(exchange.fault));
  }
}

// Surely not taken, and the site is to blame.
void NotSent(std::string reason, Outcome& outcome) {
  outcome.verdict = Verdict::kRetry;
  outcome.scope = Scope::kSite;
  outcome.result = AttemptResult::kNotSent;
  outcome.gate = GateEffect::kClose;
  outcome.reason = std::move(reason);
}

// Surely not taken, and nobody is to blame.
void NotTried(std::string reason, Outcome& outcome) {
  outcome.verdict = Verdict::kRetry;
  outcome.scope = Scope::kNone;
  outcome.result = AttemptResult::kNotSent;
  outcome.gate = GateEffect::kNone;
  outcome.reason = std::move(reason);
}

Outcome WithoutStatus(const Exchange& exchange) {
  Outcome outcome;
  if (exchange.fault == Fault::kDeadline) {
    NotTried("deadline", outcome);
    return outcome;
  }
  outcome.interrupted = exchange.fault == Fault::kInterrupted;
  switch (exchange.phase) {
    case Phase::kNotConnected:
      NotSent(NotConnectedReason(exchange), outcome);
      outcome.credential = exchange.proxy_status == 407;
      break;
    case Phase::kTlsFailed:
      NotSent(exchange.tls == TlsFault::kOursRefused ? "credential" : "tls", outcome);
      outcome.credential = true;
      break;
    case Phase::kConnected:
      NotTried("interrupted", outcome);
      break;
    case Phase::kPartlyWritten:
      if (exchange.kept_alive) {
        NotTried("connection-lost", outcome);
      } else {
        NotSent(fmt::format("send-{}", Suffix(exchange.fault)), outcome);
      }
      break;
    case Phase::kWritten:
    case Phase::kStatusRead:
      outcome.verdict = Verdict::kInDoubt;
      outcome.scope = Scope::kResource;
      outcome.result = AttemptResult::kUnanswered;
      outcome.gate = GateEffect::kCount;
      outcome.counted = true;
      outcome.reason = fmt::format("unanswered-{}", Suffix(exchange.fault));
      break;
  }
  if (outcome.interrupted) {
    const bool doubt = outcome.verdict == Verdict::kInDoubt;
    if (!doubt) NotTried("interrupted", outcome);
    outcome.reason = "interrupted";
    outcome.gate = GateEffect::kNone;
    outcome.counted = false;
  }
  return outcome;
}

// ---- a status line ----

// An answer to HEAD has no body to look at.
bool IsWebPage(std::string_view content_type) {
  constexpr std::string_view kHtml = "text/html";
  return EqualsIgnoringCase(content_type.substr(0, kHtml.size()), kHtml);
}

void Take(bool odd, Outcome& outcome) {
  outcome.verdict = Verdict::kAccepted;
  outcome.scope = Scope::kNone;
  outcome.gate = GateEffect::kSuccess;
  outcome.odd_success = odd;
  outcome.reason.clear();
}

void Hold(std::string reason, Outcome& outcome) {
  outcome.verdict = Verdict::kHold;
  outcome.scope = Scope::kMessage;
  outcome.counted = true;
  outcome.reason = std::move(reason);
}

void Retry(Scope scope, GateEffect gate, bool counted, Outcome& outcome) {
  outcome.verdict = Verdict::kRetry;
  outcome.scope = scope;
  outcome.gate = gate;
  outcome.counted = counted;
}

void Success(const RegisterAnswer& answer, std::string_view sent_identifikator, Outcome& outcome) {
  const bool named = answer.kind == Kind::kReceipt && !answer.identifikator.empty();
  if (answer.kind == Kind::kHtml) return Hold("firewall", outcome);
  if (named && !SameIdentifier(answer.identifikator, sent_identifikator)) {
    // Whose receipt this is we cannot say; this message has had no answer.
    outcome.verdict = Verdict::kInDoubt;
    outcome.result = AttemptResult::kUnanswered;
    outcome.counted = true;
    outcome.mixed_answer = true;
    outcome.reason = "mixed-answer";
    return;
  }
  if (outcome.http_status == 202) {
    Take(false, outcome);
  } else if (named) {
    Take(true, outcome);
  } else {
    return Hold(outcome.reason, outcome);
  }
  outcome.reference = Printable(answer.reference);
}

void BadRequest(const RegisterAnswer& answer, Outcome& outcome) {
  // Also of an answer that was cut off after it: no message is to blame for the login.
  if (answer.kind == Kind::kError &&
      (SpeaksOfAuthorization(answer.feilkode) || SpeaksOfAuthorization(answer.feilmelding))) {
    Retry(Scope::kSite, GateEffect::kClose, false, outcome);
    outcome.credential = true;
    outcome.reason = "authorization";
    return;
  }
  if (answer.kind == Kind::kError && answer.whole) {
    outcome.verdict = Verdict::kReject;
    outcome.scope = Scope::kMessage;
    outcome.counted = true;
    outcome.reason = "feilkode";
    return;
  }
  Hold(answer.kind == Kind::kHtml ? "firewall" : outcome.reason, outcome);
}

void Judge(const RegisterAnswer& answer, std::string_view sent_identifikator,
           const Exchange& exchange, const DeliverySettings& settings, Outcome& outcome) {
  const int status = exchange.status;
  const bool html = answer.kind == Kind::kHtml;
  if (status >= 500) return Retry(Scope::kResource, GateEffect::kCount, true, outcome);
  if (status < 300) return Success(answer, sent_identifikator, outcome);
  if (status < 400) return Hold("redirect", outcome);
  switch (status) {
    case 400:
      return BadRequest(answer, outcome);
    // Gateways say these four in HTML as a matter of course.
    case 401:
    case 407:
      outcome.credential = true;
      return Retry(Scope::kSite, GateEffect::kClose, false, outcome);
    case 408:
    case 425:
      return Retry(Scope::kResource, GateEffect::kCount, true, outcome);
    case 429:
      outcome.wait = RetryAfter(exchange, settings);
      return Retry(Scope::kSite, GateEffect::kNotBefore, false, outcome);
    case 403:
    case 404:
    case 406:
      if (!html) return Retry(Scope::kResource, GateEffect::kClose, false, outcome);
      [[fallthrough]];
    default:
      return Hold(html ? "firewall" : outcome.reason, outcome);
  }
}

}  // namespace

Outcome Classify(const Exchange& exchange, std::string_view sent_identifikator,
                 const DeliverySettings& settings) {
  if (exchange.phase != Phase::kStatusRead) return WithoutStatus(exchange);
  const RegisterAnswer answer = ReadAnswer(exchange.body, exchange.content_type);
  Outcome outcome;
  outcome.result = AttemptResult::kAnswered;
  outcome.http_status = exchange.status;
  outcome.reason = fmt::format("http-{}", exchange.status);
  outcome.feilkode = ExceptionName(answer.feilkode);
  outcome.support_id = answer.support_id;
  outcome.retry_after = Printable(exchange.retry_after);
  outcome.server_date = ParseHttpDate(exchange.date);
  Judge(answer, sent_identifikator, exchange, settings, outcome);
  // A receipt that was read needs no further evidence; anything else does: the
  // register's support asks for what its headers said.
  if (outcome.reference.empty()) outcome.answer = exchange.head + "\r\n" + exchange.body;
  return outcome;
}

HeadResult ClassifyHead(const Exchange& exchange, const DeliverySettings& settings) {
  HeadResult head;
  head.asked = exchange.fault != Fault::kDeadline && exchange.fault != Fault::kInterrupted;
  if (exchange.phase != Phase::kStatusRead) {
    const Outcome outcome = WithoutStatus(exchange);
    head.credential = outcome.credential;
    head.scope = outcome.scope;
    head.gate = outcome.gate;
    head.reason = outcome.reason;
    return head;
  }
  head.asked = true;
  head.answered = true;
  head.http_status = exchange.status;
  head.server_date = ParseHttpDate(exchange.date);
  head.web_page = IsWebPage(exchange.content_type);
  Outcome as_message;
  as_message.http_status = exchange.status;
  Judge(RegisterAnswer{}, "", exchange, settings, as_message);
  head.scope = as_message.scope;
  head.gate = as_message.gate;
  head.throttled = as_message.gate == GateEffect::kNotBefore;
  head.wait = as_message.wait;
  return head;
}

bool MayGoAgain(const Exchange& exchange) {
  return exchange.kept_alive && exchange.phase == Phase::kPartlyWritten &&
         exchange.fault != Fault::kInterrupted;
}

}  // namespace utboks
