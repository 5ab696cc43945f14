#include "producer/lab/register_side.h"

#include <algorithm>
#include <string>

#include "producer/net/exchange.h"
#include "producer/submit/classify.h"

namespace utboks::lab {
namespace {

Exchange Answered(int status, std::string content_type, std::string body) {
  Exchange exchange;
  exchange.phase = Phase::kStatusRead;
  exchange.status = status;
  exchange.content_type = std::move(content_type);
  exchange.body = std::move(body);
  exchange.body_whole = true;
  return exchange;
}

Exchange Unanswered(Phase phase, Fault fault) {
  Exchange exchange;
  exchange.phase = phase;
  exchange.fault = fault;
  return exchange;
}

std::string Complaint(std::string_view code) {
  return "<folkeregisterFeilmelding><feilkode>" + std::string(code) +
         "</feilkode></folkeregisterFeilmelding>";
}

Exchange Meet(Failure failure, int when_well) {
  constexpr const char* kXml = "application/xml";
  switch (failure) {
    case Failure::kNone:
      break;
    case Failure::kRefused:
      return Unanswered(Phase::kNotConnected, Fault::kRefused);
    case Failure::kServerError:
      return Answered(500, kXml, Complaint("InternalServerError"));
    case Failure::kWebPage:
      return Answered(503, "text/html", "<html><body>Service Unavailable</body></html>");
    case Failure::kNotFound:
      return Answered(404, kXml, Complaint("NotFound"));
    case Failure::kHang:
      return Unanswered(Phase::kWritten, Fault::kTimeout);
    case Failure::kThrottled: {
      Exchange exchange = Answered(429, kXml, Complaint("TooManyRequests"));
      exchange.retry_after = std::to_string(kAskedFor.count());  // milliseconds, as documented
      return exchange;
    }
  }
  return Answered(when_well, kXml, "");
}

}  // namespace

RegisterSide::RegisterSide(const Weather& weather, Millis latency, const DeliverySettings& settings,
                           std::uint64_t seed)
    : weather_(weather), latency_(latency), random_(SeededRandom(seed)) {
  for (int i = 0; i < kFailures; ++i) {
    const auto failure = static_cast<Failure>(i);
    const auto at = static_cast<std::size_t>(i);
    outcomes_[at] = Classify(Meet(failure, 202), "", settings);
    heads_[at] = ClassifyHead(Meet(failure, 200), settings);
  }
  too_late_ = Classify(Unanswered(Phase::kNotConnected, Fault::kDeadline), "", settings);
}

Reply RegisterSide::Ask(WallTime now, WallTime deadline) {
  Reply reply{weather_.Meets(now, *random_), now};
  if (reply.failure == Failure::kRefused) return reply;
  reply.at = reply.failure == Failure::kHang ? deadline : now + latency_;
  // An answer that comes too late is none.
  if (reply.at >= deadline) reply = {Failure::kHang, deadline};
  return reply;
}

const Outcome& RegisterSide::OutcomeOf(Failure failure) const {
  return outcomes_[static_cast<std::size_t>(failure)];
}

const HeadResult& RegisterSide::HeadOf(Failure failure) const {
  return heads_[static_cast<std::size_t>(failure)];
}

}  // namespace utboks::lab
