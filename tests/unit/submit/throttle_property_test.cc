// A 429 as an invariant, from its header to the request after it: none is made earlier
// than the smaller of what the server allowed and retry_after_max, whatever else happens
// meanwhile, and chance only ever makes it later.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "producer/submit/classify.h"
#include "queue/breaker.h"
#include "queue/disposition.h"
#include "queue/probe.h"
#include "tests/unit/queue/outcomes.h"
#include "tests/unit/queue/property.h"

namespace utboks::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// 429s of every form, and all that may come between, on one resource and the site.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(SeededRandom(seed)) {
    resource_.name = "resource";
    settings_.backoff_min = random_->Between(Millis(1), Millis(10'000));
    settings_.backoff_max = settings_.backoff_min + random_->Between(Millis(0), minutes(15));
    settings_.retry_after_max = settings_.backoff_min + random_->Between(Millis(0), hours(2));
    settings_.in_doubt = DoubtPolicy::kResend;
    EXPECT_TRUE(Check(settings_).ok());
  }

  void Happen() {
    switch (random_->Below(12)) {
      case 0:
      case 1:
        return AnswerTo(Throttled());
      case 2:
        return HeadAnswered();
      case 3:
        return AnswerTo(random_->Below(2) == 0 ? Accepted() : ServerError());
      case 4:
        return AnswerTo(random_->Below(2) == 0 ? Refused() : NoSuchResource());
      case 5:
        return Person();
      case 6:
        return Tick();
      case 7:
        now_ += random_->Between(Millis(0), hours(1)).count();
        return;
      default:
        now_ += random_->Between(Millis(0), Millis(4'000)).count();
    }
  }

  // Whether a request might be made, by whomever, at any moment before it is allowed.
  bool EarlyRequest() {
    if (now_ >= allowed_from_) return false;
    ++looked_ahead;
    const std::int64_t left = allowed_from_ - now_;
    const std::int64_t some =
        static_cast<std::int64_t>(random_->Below(static_cast<std::uint64_t>(left)));
    return MayAsk(Wall()) || MayAsk(Wall() + Millis(some)) || MayAsk(Wall() + Millis(left - 1));
  }

  std::int64_t looked_ahead = 0, throttled = 0, capped = 0;

 private:
  WallTime Wall() const { return WallTime(Millis(1'800'000'000'000 + now_ - behind_)); }

  // Through open gates, or as a probe's HEAD.
  bool MayAsk(WallTime at) const {
    const auto due = [&](const Gate& gate) {
      const auto next = NextProbe(gate, site_);
      return next && *next <= at;
    };
    const bool message = IsOpen(site_, at) && !HasMark(resource_);
    return message || due(site_) || due(resource_) || TakesUntriedAtOnce(resource_, site_, at);
  }

  // A 429 as it may stand on the wire, and what it allows.
  Outcome Throttled() {
    Exchange exchange;
    exchange.phase = Phase::kStatusRead;
    exchange.status = 429;
    exchange.body_whole = true;
    const Millis asked = Header(exchange);
    Note(asked);
    Outcome outcome = Classify(exchange, "sak-1", settings_);
    EXPECT_EQ(outcome.gate, GateEffect::kNotBefore);
    return outcome;
  }

  Millis Header(Exchange& exchange) {
    switch (random_->Below(6)) {
      case 0:
        return Millis(0);  // none
      case 1:
        exchange.retry_after = "om litt";
        return Millis(0);
      case 2:
        exchange.retry_after = "99999999999999999999999";
        return Millis::max();
      case 3: {
        // A date, by the answer's own clock, which may be years off.
        const Millis asked{1'000 * random_->Below(10'800)};
        const WallTime theirs{Millis(1'000 * random_->Below(4'000'000'000))};
        exchange.date = HttpDate(theirs);
        exchange.retry_after = HttpDate(theirs + asked);
        return asked;
      }
      default: {
        const Millis asked =
            random_->Between(Millis(0), random_->Below(2) == 0 ? hours(4) : Millis(9'000));
        exchange.retry_after = std::to_string(asked.count());
        return asked;
      }
    }
  }

  static std::string HttpDate(WallTime time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - days)};
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(days).c_encoding()],
        static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
        clock.seconds().count());
  }

  void Note(Millis asked) {
    ++throttled;
    if (asked > settings_.retry_after_max) ++capped;
    allowed_from_ =
        std::max(allowed_from_, now_ + std::min(asked, settings_.retry_after_max).count());
  }

  void AnswerTo(const Outcome& outcome) {
    MessageFacts message;
    message.seq = 1 + static_cast<MessageSeq>(random_->Below(5));
    message.state = State::kSending;
    message.due_at = Wall();
    message.last_backoff = random_->Between(Millis(0), settings_.backoff_max);
    Sent sent;
    sent.probe = random_->Below(4) == 0;
    sent.gates_open = !sent.probe;
    Dispose(message, outcome, sent, site_, resource_, settings_, Wall(), *random_);
  }

  // A probe's HEAD, or one at a worker's start; its worker may have been slow to say so.
  void HeadAnswered() {
    Exchange exchange;
    exchange.phase = Phase::kStatusRead;
    exchange.status = random_->Below(2) == 0 ? 429 : 200;
    if (exchange.status == 429) Note(Header(exchange));
    const HeadResult head = ClassifyHead(exchange, settings_);
    if (random_->Below(3) == 0) return EndLearning(head, resource_, site_, settings_, Wall());
    ProbeEnd end;
    end.of_site = random_->Below(2) == 0;
    const Gate& gate = end.of_site ? site_ : resource_;
    end.token = TokenOf(gate);
    if (random_->Below(4) == 0) --end.token.number;
    end.head = head;
    end.nothing_waits = random_->Below(2) == 0;
    EndProbe(end, site_, resource_, settings_, Wall(), *random_);
  }

  void Person() {
    Gate& gate = random_->Below(2) == 0 ? site_ : resource_;
    if (random_->Below(2) == 0) return Pause(gate, Wall() + Millis(500), Wall());
    Resume(gate, Wall());
  }

  void Tick() {
    if (random_->Below(4) == 0) behind_ += random_->Between(Millis(1), hours(5)).count();
    for (Gate* gate : {&site_, &resource_}) {
      ExpirePause(*gate, Wall());
      PullIn(*gate, settings_, Wall());
    }
  }

  std::unique_ptr<Random> random_;
  DeliverySettings settings_;
  Gate site_, resource_;
  std::int64_t now_ = 0, behind_ = 0;  // real, and how far our clock was set back
  std::int64_t allowed_from_ = 0;      // real
};

TEST(ThrottlePropertyTest, NoRequestIsEarlierThanWhatTheServerAllowedOrTheLongestWeObey) {
  constexpr std::uint64_t kMostEvents = 40;
  const std::int64_t storms = PropertySequences();
  const std::uint64_t seed = PropertySeed(20'261'201);
  fmt::print("[   seed   ] UTBOKS_PROPERTY_SEED={}, {} sequences\n", seed, storms);
  std::int64_t looked = 0, throttled = 0, capped = 0;
  for (std::int64_t n = 0; n < storms; ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    Storm storm(own);
    for (std::uint64_t i = 0; i < 1 + own % kMostEvents; ++i) {
      storm.Happen();
      ASSERT_FALSE(storm.EarlyRequest()) << "repeat it with UTBOKS_PROPERTY_SEED=" << own;
      ASSERT_FALSE(::testing::Test::HasFailure()) << "UTBOKS_PROPERTY_SEED=" << own;
    }
    looked += storm.looked_ahead;
    throttled += storm.throttled;
    capped += storm.capped;
  }
  fmt::print("[   429    ] {} of them, {} beyond the longest; looked into {} waits\n", throttled,
             capped, looked);
  EXPECT_GT(looked, storms);
  EXPECT_GT(capped, 0);
}

}  // namespace
}  // namespace utboks::testing
