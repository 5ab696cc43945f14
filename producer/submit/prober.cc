#include "producer/submit/prober.h"

#include "producer/submit/load_payload.h"
#include "queue/base/log.h"
#include "queue/probe.h"

namespace utboks {
namespace {

// What the store could not do now is tried again: a probe that is due, and above
// all a settlement, for the register's answer is known only here.
constexpr Millis kStoreAgain{200};
// As often, when the worker ends.
constexpr int kLastTries = 10;

}  // namespace

Prober::Prober(Delivery& store, ClientFactory make_client, const DeliverySettings& settings,
               int gates, Clock& clock)
    : store_(store),
      make_client_(std::move(make_client)),
      settings_(settings),
      gates_(gates),
      clock_(clock) {}

Prober::~Prober() {
  Stop();
}

void Prober::Start() {
  for (int i = 0; i < gates_; ++i) threads_.emplace_back([this] { Run(); });
}

void Prober::StopBeginning() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_.request_stop();
  expected_.NotifyAll();
}

bool Prober::Sending() const {
  MutexLock lock(mutex_);
  return sending_ > 0;
}

void Prober::Stop() {
  StopBeginning();
  abort_.request_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Prober::Expect(WallTime at) {
  {
    MutexLock lock(mutex_);
    if (!next_ || at < *next_) next_ = at;
  }
  // Also when nothing is sooner: the wall clock may have been set since the wait
  // for next_ began, and is looked at again.
  expected_.NotifyAll();
}

void Prober::Run() {
  for (;;) {
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !next_) expected_.Wait(mutex_);
      while (!stopping_ && next_ && *next_ > clock_.Wall()) {
        expected_.WaitUntil(mutex_, clock_.Steady() + (*next_ - clock_.Wall()));
      }
      if (stopping_) return;
      next_.reset();
    }
    const Result<std::optional<Probe>> probe = store_.ClaimProbe();
    if (!probe.ok()) {
      LogWarning("probe-claim-failed", {{"text", probe.status().text()}});
      Expect(clock_.Wall() + kStoreAgain);
      continue;
    }
    if (!probe->has_value()) continue;
    // Another gate may be due as well, and this one may take its time.
    Expect(clock_.Wall());
    ProbeOnce(**probe);
  }
}

std::optional<Outcome> Prober::Send(const Probe& probe, RegisterClient& client,
                                    SteadyTime deadline) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return std::nullopt;
    ++sending_;
  }
  std::optional<Outcome> outcome;
  const std::optional<Payload> payload = LoadPayload(store_, *probe.message, &outcome);
  if (payload) outcome = client.Submit(*payload, deadline, abort_.get_token());
  MutexLock lock(mutex_);
  --sending_;
  return outcome;
}

void Prober::Settle(const Probe& probe, const HeadResult& head,
                    const std::optional<Outcome>& outcome) {
  for (int tries_left = kLastTries;;) {
    const Status settled = store_.SettleProbe(probe, head, outcome);
    if (settled.ok()) return;
    LogWarning("probe-settle-failed", {{"text", settled.text()}});
    // Told to end: what is unsettled is found as in doubt at the next start.
    if (abort_.stop_requested() && --tries_left == 0) return;
    clock_.WaitUntil(clock_.Steady() + kStoreAgain, {});
  }
}

void Prober::ProbeOnce(const Probe& probe) {
  HeadResult head;
  std::optional<Outcome> outcome;
  if (!probe.ressurs.empty()) {
    const std::unique_ptr<RegisterClient> client = make_client_();
    const SteadyTime deadline = clock_.Steady() + settings_.probe_timeout;
    head = client->Head(probe.ressurs, deadline, stop_.get_token());
    if (probe.message && SendsAfterHead(probe.state, head)) {
      outcome = Send(probe, *client, deadline);
    }
  }
  Settle(probe, head, outcome);
  LogInfo("probe", {{"gate", probe.gate.empty() ? "site" : probe.gate},
                    {"number", probe.state.probes},
                    {"head", head.http_status},
                    {"sent", outcome.has_value()},
                    {"verdict", outcome ? VerdictName(outcome->verdict) : "none"}});
}

}  // namespace utboks
