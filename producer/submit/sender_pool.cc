#include "producer/submit/sender_pool.h"

#include <algorithm>

#include "producer/submit/load_payload.h"

namespace utboks {
namespace {

constexpr Millis kLoadAgain{200};

}  // namespace

SenderPool::SenderPool(Delivery& store, ClientFactory make_client, int senders, Millis time_limit,
                       Clock& clock)
    : store_(store),
      make_client_(std::move(make_client)),
      senders_(senders),
      time_limit_(time_limit),
      clock_(clock) {}

SenderPool::~SenderPool() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    beginning_ = false;
  }
  abort_.request_stop();
  work_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

int SenderPool::Free() const {
  MutexLock lock(mutex_);
  return senders_ - busy_ - static_cast<int>(waiting_.size());
}

int SenderPool::InFlight() const {
  MutexLock lock(mutex_);
  return busy_ + static_cast<int>(waiting_.size());
}

void SenderPool::Send(std::vector<Lease> leases, std::vector<std::optional<Payload>> payloads) {
  std::size_t wanted = 0;
  const std::size_t sent = leases.size();
  {
    MutexLock lock(mutex_);
    for (std::size_t i = 0; i < leases.size(); ++i) {
      waiting_.push_back({std::move(leases[i]), std::move(payloads[i])});
    }
    wanted = std::min(static_cast<std::size_t>(senders_),
                      waiting_.size() + static_cast<std::size_t>(busy_));
  }
  // Only the dispatcher's claiming thread sends, so threads_ is its alone.
  while (threads_.size() < wanted) threads_.emplace_back([this] { Run(); });
  // Each wakes one: to wake all for a few costs more than what they do.
  for (std::size_t i = 0; i < sent; ++i) work_.NotifyOne();
}

void SenderPool::Run() {
  const std::unique_ptr<RegisterClient> client = make_client_();
  for (;;) {
    Assigned assigned;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !closing_) work_.Wait(mutex_);
      if (waiting_.empty()) return;
      assigned = std::move(waiting_.front());
      waiting_.pop_front();
      ++busy_;
      if (!beginning_) {
        --busy_;
        GiveBack({std::move(assigned.lease), {}, std::nullopt});
        continue;
      }
    }
    std::optional<Returned> returned = SendOne(*client, assigned);
    MutexLock lock(mutex_);
    --busy_;
    GiveBack(returned ? std::move(*returned)
                      : Returned{std::move(assigned.lease), {}, std::nullopt});
  }
}

void SenderPool::GiveBack(Returned returned) {
  returned_.push_back(std::move(returned));
  // Not for each while it waits for more.
  if (Enough()) back_.NotifyAll();
}

bool SenderPool::Enough() const {
  return returned_.size() >=
         (lingering_ ? std::max<std::size_t>(1, static_cast<std::size_t>(busy_) / 4) : 1);
}

std::optional<Returned> SenderPool::SendOne(RegisterClient& client, Assigned& assigned) {
  const Lease& lease = assigned.lease;
  std::optional<Outcome> held;
  const std::optional<Payload> payload =
      assigned.payload ? std::move(assigned.payload) : LoadPayload(store_, lease, &held);
  if (held) return Returned{lease, clock_.Steady(), std::move(held)};
  if (!payload) {
    // Handed back it is claimed again at once: a store that cannot read must not
    // be asked without a pause.
    clock_.WaitUntil(clock_.Steady() + kLoadAgain, abort_.get_token());
    return std::nullopt;
  }
  const SteadyTime began = clock_.Steady();
  // Held up for so long, it could run into another worker's time: not begun.
  if (lease.until && began + time_limit_ > *lease.until) return std::nullopt;
  Outcome outcome = client.Submit(*payload, began + time_limit_, abort_.get_token());
  return Returned{lease, began, std::move(outcome)};
}

std::vector<Returned> SenderPool::Collect(SteadyTime until, Millis linger) {
  MutexLock lock(mutex_);
  while (returned_.empty() && !woken_) {
    if (!back_.WaitUntil(mutex_, until)) break;
  }
  if (!returned_.empty() && linger.count() > 0) {
    const SteadyTime last = clock_.Steady() + linger;
    lingering_ = true;
    while (!Enough() && !woken_) {
      if (!back_.WaitUntil(mutex_, last)) break;
    }
    lingering_ = false;
  }
  woken_ = false;
  return std::exchange(returned_, {});
}

void SenderPool::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  back_.NotifyAll();
}

void SenderPool::StopBeginning() {
  {
    MutexLock lock(mutex_);
    beginning_ = false;
    while (!waiting_.empty()) {
      returned_.push_back({std::move(waiting_.front().lease), {}, std::nullopt});
      waiting_.pop_front();
    }
  }
  back_.NotifyAll();
}

void SenderPool::Abort() {
  abort_.request_stop();
}

}  // namespace utboks
