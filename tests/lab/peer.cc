#include "tests/lab/peer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace utboks::lab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Wait = std::optional<Millis>;

Millis OfSeconds(double wait) {
  return Millis(std::llround(wait * 1000));
}

// `first` · factor^(failures − 1), at most `most`.
Millis Exponential(double first, double factor, int failures, double most) {
  return OfSeconds(std::min(first * std::pow(factor, std::min(failures, 60) - 1), most));
}

// navikt/farskapsportal-backend: a run each quarter of an hour, one message after the
// other; whatever failed is there for the next run, for ever.
Wait Farskap(int, Millis, Random&) {
  return Millis(0);
}

// felleslosninger/efm-integrasjonspunkt: min(20 s · 3^(n−1), 1 h), 5 + 100 redeliveries;
// after default-ttl-hours (24) a message is LEVETID_UTLOPT.  No restart resets it here.
Wait Efm(int failures, Millis age, Random&) {
  if (failures > 105 || age >= hours(24)) return std::nullopt;
  return Exponential(20, 3, failures, 3600);
}

// cefedelivery/domibus: of the sample legs most say 12;4;CONSTANT: each 3 minutes, four
// times in 12.
Wait Domibus(int failures, Millis, Random&) {
  if (failures > 4) return std::nullopt;
  return minutes(3);
}

// phax/phoss-ap: min(3 min · 2^(n−1), 1 h), three attempts.  Its breaker, whose
// refusals are counted as attempts, is left out: it can only shorten this.
Wait Phoss(int failures, Millis, Random&) {
  if (failures >= 3) return std::nullopt;
  return Exponential(180, 2, failures, 3600);
}

// phax/phase4: once more after 10 s, in the calling thread.
Wait Phase4(int failures, Millis, Random&) {
  if (failures > 1) return std::nullopt;
  return seconds(10);
}

// gruelbox/transaction-outbox: each 2 minutes, blocked after 5 attempts.
Wait TransactionOutbox(int failures, Millis, Random&) {
  if (failures >= 5) return std::nullopt;
  return minutes(2);
}

// riverqueue/river: n⁴ s ± 10 %, 25 attempts.
Wait River(int failures, Millis, Random& random) {
  if (failures >= 25) return std::nullopt;
  return OfSeconds(std::pow(failures, 4) * (0.9 + 0.2 * random.Unit()));
}

// oban-bg/oban: 15 + 2^n s, up to 10 % more, 20 attempts.
Wait Oban(int failures, Millis, Random& random) {
  if (failures >= 20) return std::nullopt;
  return OfSeconds((15 + std::pow(2, failures)) * (1 + 0.1 * random.Unit()));
}

// sidekiq/sidekiq: n⁴ + 15 s and up to 10 (n + 1) s more, n from 0, 25 retries.
Wait Sidekiq(int failures, Millis, Random& random) {
  if (failures > 25) return std::nullopt;
  const int n = failures - 1;
  return OfSeconds(std::pow(n, 4) + 15 + random.Unit() * 10 * (n + 1));
}

// graphile/worker: e^min(n, 10) s, 25 attempts.
Wait Graphile(int failures, Millis, Random&) {
  if (failures >= 25) return std::nullopt;
  return OfSeconds(std::exp(std::min(failures, 10)));
}

// temporalio/temporal: min(1 s · 2^(n−1), 100 s), for ever.
Wait Temporal(int failures, Millis, Random&) {
  return Exponential(1, 2, failures, 100);
}

// vdukhovni/postfix: as long as it has waited already, 300 s to 4,000 s; scanned each
// 300 s; five days.
Wait Postfix(int, Millis age, Random&) {
  if (age >= hours(24 * 5)) return std::nullopt;
  return std::clamp<Millis>(age, seconds(300), seconds(4'000));
}

// JasperFx/wolverine, the sending agent: again at once, until it latches.
Wait Wolverine(int, Millis, Random&) {
  return Millis(0);
}

const std::array kPeers = {
    Peer{.name = "fixed interval (farskapsportal)",
         .formula = "each 15 min, one by one, a run ends after 3 failures",
         .wait = Farskap,
         .scan = minutes(15),
         .first_scanned = true,
         .stop_after = 3,
         .in_flight = 1},
    Peer{.name = "eFormidling",
         .formula = "20 s · 3^(n−1), at most 1 h; 105 redeliveries, 24 h",
         .wait = Efm},
    Peer{.name = "Domibus", .formula = "each 3 min, 4 times", .wait = Domibus},
    Peer{.name = "phoss-ap",
         .formula = "3 min · 2^(n−1); 3 attempts; scheduler each minute, 50 at once",
         .wait = Phoss,
         .scan = minutes(1),
         .batch = 50},
    Peer{.name = "phase4", .formula = "once more after 10 s", .wait = Phase4},
    Peer{.name = "transaction-outbox",
         .formula = "each 2 min, 5 attempts",
         .wait = TransactionOutbox},
    Peer{.name = "River", .formula = "n⁴ s ± 10 %, 25 attempts", .wait = River},
    Peer{.name = "Oban", .formula = "15 + 2^n s, + 10 %, 20 attempts", .wait = Oban},
    Peer{.name = "Sidekiq", .formula = "n⁴ + 15 s and chance, 25 retries", .wait = Sidekiq},
    Peer{.name = "Graphile Worker", .formula = "e^n s, n to 10, 25 attempts", .wait = Graphile},
    Peer{.name = "Temporal", .formula = "1 s · 2^(n−1), at most 100 s", .wait = Temporal},
    Peer{.name = "Postfix",
         .formula = "as long as it has waited, 300 to 4,000 s; dead destination 300 s; 5 d",
         .wait = Postfix,
         .scan = seconds(300),
         .in_flight = 20,
         .dead_destination = true},
    Peer{.name = "Wolverine (sender)",
         .formula = "latched after 3 failures, ping each second",
         .wait = Wolverine,
         .latches_after = 3},
};

}  // namespace

std::span<const Peer> Peers() {
  return kPeers;
}

const Peer& PeerNamed(std::string_view name) {
  const auto found = std::ranges::find(kPeers, name, &Peer::name);
  assert(found != kPeers.end());
  return *found;
}

}  // namespace utboks::lab
