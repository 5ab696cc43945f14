#include "tests/simulator/exchange.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <istream>
#include <utility>

#include "tests/simulator/document.h"
#include "tests/simulator/form.h"

namespace utboks::simulator {
namespace {

constexpr std::size_t kLargestBody = std::size_t{64} << 20U;
constexpr std::uint64_t kSupportIdDraw = ~std::uint64_t{0} - 2;

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[hash[i] >> 4U];
    text += kDigits[hash[i] & 0x0FU];
  }
  return text;
}

SteadyTime SteadyNow() {
  return std::chrono::steady_clock::now();
}

// The journal's word for what a step does to an answer.
std::string_view Fate(const Step* step) {
  if (step == nullptr) return "whole";
  if (std::holds_alternative<Hang>(step->action)) return "hang";
  if (std::holds_alternative<Reset>(step->action)) return "reset";
  if (std::holds_alternative<Lost>(step->action)) return "lost";
  if (std::holds_alternative<Slow>(step->action)) return "slow";
  return "whole";
}

// What stands in for mottak's own answer; nothing when mottak is to answer.
std::optional<Answer> Substitute(const Step* step, std::uint64_t support_id) {
  if (step == nullptr) return std::nullopt;
  if (const auto* error = std::get_if<Error>(&step->action)) {
    return MakeError(error->status, error->feilkode, error->feilmelding);
  }
  if (const auto* page = std::get_if<Page>(&step->action)) {
    return MakePage(*page, std::to_string(support_id));
  }
  if (const auto* throttle = std::get_if<Throttle>(&step->action)) {
    return MakeThrottled(throttle->retry_after);
  }
  if (const auto* fixed = std::get_if<Fixed>(&step->action)) {
    Answer answer;
    answer.status = fixed->status;
    answer.content_type = fixed->content_type;
    answer.body = fixed->body;
    answer.headers.assign(fixed->headers.begin(), fixed->headers.end());
    answer.accepted = fixed->accepted;
    return answer;
  }
  const auto* hang = std::get_if<Hang>(&step->action);
  if (hang != nullptr && !hang->accepted) {
    Answer none;
    none.status = 0;
    return none;
  }
  return std::nullopt;
}

}  // namespace

Exchange::Exchange(Site& site, const Way& way, Poco::Net::HTTPServerRequestImpl& http)
    : site_(site), way_(way), http_(http), number_(++site.requests) {
  path_ = http.getURI().substr(0, http.getURI().find('?'));
  ressurs_ = Mottak::RessursOf(path_);
}

bool Exchange::Run(bool keep_alive) {
  throttled_ = site_.rates.Take(way_.address, SteadyNow());
  switch (ReadBody()) {
    case Read::kGone:
      return false;
    case Read::kTooLarge:
      return Refuse(413);
    case Read::kNoLength:
      return Refuse(411);
    case Read::kReset: {
      Answer none;
      none.status = 0;
      if (Settle(none)) way_.line.Reset();
      return false;
    }
    case Read::kWhole:
      break;
  }
  sha256_ = body_.empty() ? std::string() : Sha256(body_);
  if (!met_) MeetTimeline();
  if (!site_.journal.Begin(Entry()) || !way_.line.Pause(play_.delay)) return false;
  const Answer answer = Decide();
  if (!Settle(answer)) return false;
  // A step that counts answers may shut the door here: before the client knows.
  if (http_.getMethod() != "HEAD") site_.timeline.OnDecided(SteadyNow());
  if (site_.timeline.HasChanges()) site_.moved(way_.connection);
  return Deliver(answer, keep_alive && !way_.ending());
}

Exchange::Read Exchange::ReadBody() {
  const bool chunked = http_.getChunkedTransferEncoding();
  if (!chunked && !http_.hasContentLength()) {
    return http_.getMethod() == "POST" ? Read::kNoLength : Read::kWhole;
  }
  if (http_.getMethod() == "HEAD" || http_.getMethod() == "GET") return Read::kWhole;
  const auto length =
      chunked ? kLargestBody : static_cast<std::uint64_t>(http_.getContentLength64());
  if (length > kLargestBody) return Read::kTooLarge;
  if (http_.getExpectContinue() && !way_.line.Send("HTTP/1.1 100 Continue\r\n\r\n"))
    return Read::kGone;

  if (site_.timeline.EarlyWanted() && !chunked && length > 1) {
    ReadUpTo(length / 2);
    if (FindIdentifier(FirstPart(body_)).empty()) ReadUpTo(length - 1);
    MeetTimeline();
    const Reset* reset = Playing<Reset>();
    if (reset != nullptr && reset->at == ResetAt::kRequest) return Read::kReset;
  }
  ReadUpTo(length);
  if (!chunked) return body_.size() == length ? Read::kWhole : Read::kGone;
  return http_.stream().peek() == std::istream::traits_type::eof() ? Read::kWhole : Read::kTooLarge;
}

void Exchange::ReadUpTo(std::size_t size) {
  constexpr std::size_t kPiece = std::size_t{64} << 10U;
  while (body_.size() < size) {
    const std::size_t had = body_.size();
    const std::size_t piece = std::min(kPiece, size - had);
    body_.resize(had + piece);
    http_.stream().read(body_.data() + had, static_cast<std::streamsize>(piece));
    const auto got = static_cast<std::size_t>(http_.stream().gcount());
    body_.resize(had + got);
    if (got < piece) return;
  }
}

void Exchange::MeetTimeline() {
  met_ = true;
  identifier_ = FindIdentifier(FirstPart(body_));
  const std::string& method = http_.getMethod();
  if (!identifier_.empty()) {
    key_ = KeyOf(identifier_);
  } else {
    key_ = body_.empty() ? KeyOf(method + " " + path_) : KeyOf(body_);
  }
  send_ = site_.sends.Next(key_);
  std::string hash;
  if (site_.timeline.HashWanted()) hash = Sha256(identifier_);
  play_ = site_.timeline.OnRequest({method, ressurs_, identifier_, hash, key_, send_}, SteadyNow());
  if (site_.timeline.HasChanges()) site_.moved(way_.connection);
}

bool Exchange::Refuse(int status) {
  const Answer answer = MakeError(status);
  if (Settle(answer)) {
    way_.line.Send(Wire(answer, false, false, SystemClock().Wall() + play_.clock_ahead));
  }
  return false;
}

Answer Exchange::Decide() const {
  const std::uint64_t support_id = site_.dice.Draw(kSupportIdDraw, key_, send_);
  if (std::optional<Answer> other = Substitute(play_.step, support_id)) return *std::move(other);
  const Receipt* receipt = Playing<Receipt>();
  MottakRequest request;
  request.method = http_.getMethod();
  request.path = path_;
  request.accept = http_.get("Accept", Poco::Net::HTTPMessage::EMPTY);
  request.client = way_.client;
  request.identifier = identifier_;
  request.body = body_;
  request.content_type = http_.get("Content-Type", Poco::Net::HTTPMessage::EMPTY);
  request.reference = site_.dice.Reference(key_, send_);
  request.throttled = throttled_;
  return site_.mottak.Decide(request, receipt == nullptr ? Receipt{} : *receipt);
}

JournalEntry Exchange::Entry() const {
  JournalEntry entry;
  entry.request = number_;
  entry.connection = way_.number;
  entry.client = way_.client;
  entry.method = http_.getMethod();
  entry.ressurs = ressurs_;
  entry.identifier = identifier_;
  entry.sha256 = sha256_;
  entry.bytes = body_.size();
  entry.send = send_;
  return entry;
}

bool Exchange::Settle(const Answer& answer) {
  const bool goes = !way_.line.broken();
  JournalAnswer line;
  line.accepted = answer.accepted;
  line.status = answer.status;
  line.sent = goes ? Fate(play_.step) : "cut";
  line.reference = answer.reference;
  if (play_.step != nullptr) line.step = play_.step->name;
  return site_.journal.End(Entry(), line);
}

bool Exchange::Deliver(const Answer& answer, bool keep_alive) {
  Line& line = way_.line;
  if (const Hang* hang = Playing<Hang>()) {
    const SteadyTime end = SteadyNow() + hang->hold;
    line.HoldUntil(play_.end ? std::min(*play_.end, end) : end);
    line.Break();
    return false;
  }
  if (line.broken()) return false;
  const std::string wire = Wire(answer, http_.getMethod() == "HEAD", keep_alive,
                                SystemClock().Wall() + play_.clock_ahead);
  const std::string_view bytes = wire;
  if (const Reset* reset = Playing<Reset>()) {
    if (reset->at == ResetAt::kAnswer) line.Send(bytes.substr(0, bytes.size() / 2));
    line.Reset();
    return false;
  }
  if (const Lost* lost = Playing<Lost>()) {
    const std::size_t body = BodyStart(bytes);
    std::size_t sent = 0;
    if (lost->at == LostAt::kAfterStatus) sent = StatusLineEnd(bytes);
    if (lost->at == LostAt::kInBody) sent = body + (bytes.size() - body) / 2;
    line.Send(bytes.substr(0, sent));
    line.Break();
    return false;
  }
  if (const Slow* slow = Playing<Slow>()) {
    return line.Drip(bytes, slow->bytes, slow->interval) && keep_alive;
  }
  return line.Send(bytes) && keep_alive;
}

}  // namespace utboks::simulator
