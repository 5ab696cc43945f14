#include "producer/submit/dispatcher.h"

#include <algorithm>

#include "queue/base/log.h"

namespace utboks {
namespace {

// Between two claims, so that each takes several: a claim is a commit.
constexpr Millis kClaimGap{1};
// The same where tokens trickle in one by one.
constexpr Millis kTokenGap{40};
// How long the first of a group of outcomes waits for the others, while many are
// under way: so little of what a request takes that windows hardly notice.
constexpr Millis kShortestLinger{3};
constexpr Millis kLongestLinger{20};
constexpr int kLingerPart = 10;
constexpr int kFewInFlight = 8;
// No change and nothing due: look again all the same, a hint may be missed.
constexpr Millis kIdle{1'000};
constexpr Millis kStoreAgain{200};
constexpr Millis kTick{5'000};
constexpr int kLastTries = 10;
constexpr std::size_t kMostSenders = 1'024;
constexpr std::size_t kReadTogether = 64;

// Each resource may fill its window: one that hangs must not hold the senders of the
// others.  Their threads are made as they are needed.
int SendersFor(const DispatcherSettings& settings) {
  const auto each = static_cast<std::size_t>(settings.delivery.max_in_flight);
  const std::size_t all = each * std::max<std::size_t>(1, settings.resources.size());
  return static_cast<int>(std::clamp(kMostSenders, each, std::max(each, all)));
}

// One for each resource: behind the site's gate there is but one.  Probes of more that
// all hang come a little later than they might.
int ProbesAtOnce(const DispatcherSettings& settings) {
  constexpr std::size_t kMost = 16;
  return static_cast<int>(std::clamp<std::size_t>(settings.resources.size(), 1, kMost));
}

}  // namespace

Dispatcher::Dispatcher(Delivery& store, const ClientFactory& make_client,
                       DispatcherSettings settings, Clock& clock)
    : store_(store),
      settings_(std::move(settings)),
      clock_(clock),
      busy_(store),
      pool_(store, make_client, SendersFor(settings_), settings_.time_limit, clock),
      prober_(store, make_client, settings_.delivery, ProbesAtOnce(settings_), clock),
      learner_(store, make_client, settings_.in_use, settings_.delivery.probe_timeout, clock) {
  for (const std::string& ressurs : settings_.resources) {
    windows_.emplace(ressurs, Window(settings_.delivery.max_in_flight));
  }
}

Dispatcher::~Dispatcher() {
  Stop();
}

Status Dispatcher::Start() {
  const Result<int> recovered = store_.RecoverDead();
  if (!recovered.ok()) return recovered.status();
  if (*recovered > 0) LogInfo("recovered", {{"messages", *recovered}});
  UTBOKS_RETURN_IF_ERROR(TickOnce());
  running_ = true;
  prober_.Start();
  settler_ = std::thread([this] { SettleLoop(); });
  ticker_ = std::thread([this] { TickLoop(); });
  claimer_ = std::thread([this] { ClaimLoop(); });
  learner_.Start();
  return Status();
}

void Dispatcher::Stop() {
  if (!running_) return;
  running_ = false;
  claiming_.request_stop();
  learner_.Stop();
  claimer_.join();
  ticker_.join();
  pool_.StopBeginning();
  prober_.StopBeginning();
  const SteadyTime until = clock_.Steady() + settings_.delivery.stop_timeout;
  const auto under_way = [&] { return pool_.InFlight() > 0 || prober_.Sending(); };
  while (under_way() && clock_.Steady() < until) {
    clock_.WaitUntil(std::min(until, clock_.Steady() + Millis(20)), {});
  }
  pool_.Abort();
  prober_.Stop();
  settling_.request_stop();
  pool_.Wake();
  settler_.join();
  // What the last answers brought stands in `status` at once, and not only when the next
  // worker looks: a drain by the clock may be the only one for a day.
  const Status ticked = TickOnce();
  if (!ticked.ok()) Fail("tick-failed", ticked);
}

Status Dispatcher::Failure() const {
  MutexLock lock(mutex_);
  return failure_;
}

void Dispatcher::Fail(std::string_view event, const Status& status) {
  if (busy_.Saw(status)) return;
  LogWarning(event, {{"text", status.text()}});
  const Code code = status.code();
  if (code != Code::kCorrupt && code != Code::kInternal && code != Code::kSuperseded) return;
  LogError("store-failed", {{"code", CodeName(status.code())}, {"text", status.text()}});
  MutexLock lock(mutex_);
  if (failure_.ok()) failure_ = status;
}

std::vector<Room> Dispatcher::RoomNow() {
  MutexLock lock(mutex_);
  std::vector<Room> room;
  room.reserve(windows_.size());
  for (const auto& [ressurs, window] : windows_) {
    const auto known = openings_.find(ressurs);
    room.push_back({ressurs, window.room(),
                    known == openings_.end() ? std::nullopt : std::optional(known->second)});
  }
  return room;
}

// True when a window was started anew: what the claim held back can go now.
bool Dispatcher::NoteOpenings(const Claimed& claimed) {
  MutexLock lock(mutex_);
  bool restarted = false;
  for (const auto& [ressurs, openings] : claimed.openings) {
    const auto [at, is_new] = openings_.try_emplace(ressurs, openings);
    if (is_new || at->second == openings) continue;
    at->second = openings;
    windows_.at(ressurs).Restart();
    restarted = true;
  }
  return restarted;
}

void Dispatcher::ClaimLoop() {
  while (!claiming_.stop_requested()) {
    const SteadyTime next = ClaimOnce();
    if (next > clock_.Steady()) store_.WaitForChange(next, claiming_.get_token());
  }
}

SteadyTime Dispatcher::ClaimOnce() {
  // Also when nobody stands free: what comes back tells the prober of its next probe.
  // Nothing more is sent while what is known of the last cannot be written down.
  const int free = unsettled_ ? 0 : std::max(0, pool_.Free());
  Result<Claimed> claimed = store_.Claim(RoomNow(), free);
  if (!claimed.ok()) {
    Fail("claim-failed", claimed.status());
    clock_.WaitUntil(clock_.Steady() + kStoreAgain, claiming_.get_token());
    return clock_.Steady();
  }
  const bool restarted = NoteOpenings(*claimed);
  if (claimed->next_probe) prober_.Expect(*claimed->next_probe);
  const bool any = !claimed->rows.empty();
  if (any) {
    {
      MutexLock lock(mutex_);
      for (const Lease& lease : claimed->rows) windows_.at(lease.ressurs).OnSent();
    }
    SendOut(claimed->rows);
  }
  const SteadyTime now = clock_.Steady();
  if (restarted) return now;
  SteadyTime next = now + kIdle;
  if (claimed->ask_again) {
    const Millis wait = *claimed->ask_again - clock_.Wall();
    if (wait < kTokenGap) {
      clock_.WaitUntil(now + kTokenGap, claiming_.get_token());
      return clock_.Steady();
    }
    next = std::min(next, now + wait);
  }
  if (any) clock_.WaitUntil(now + kClaimGap, claiming_.get_token());
  return next;
}

// So many at a time that the first are on their way while the others are read.
void Dispatcher::SendOut(std::span<const Lease> leases) {
  while (!leases.empty()) {
    const auto group = leases.first(std::min(leases.size(), kReadTogether));
    pool_.Send({group.begin(), group.end()}, store_.LoadAhead(group));
    leases = leases.subspan(group.size());
  }
}

void Dispatcher::Judge(const Returned& returned) {
  const auto found = windows_.find(returned.lease.ressurs);
  if (found == windows_.end()) return;
  Window& window = found->second;
  if (!returned.outcome) {
    window.OnHandedBack();
    return;
  }
  const Outcome& outcome = *returned.outcome;
  window.OnOutcome(outcome, returned.lease.seq, returned.began, clock_.Steady());
  if (outcome.gate == GateEffect::kNotBefore) {
    for (auto& [ressurs, other] : windows_) other.Restart();
  }
}

bool Dispatcher::Settle(std::vector<Returned>& returned) {
  std::vector<Settlement> done;
  std::vector<Lease> unsent;
  for (const Returned& one : returned) {
    if (one.outcome) {
      done.push_back({one.lease, *one.outcome});
    } else {
      unsent.push_back(one.lease);
    }
  }
  Status status = done.empty() ? Status() : store_.Settle(done);
  if (status.ok() && !unsent.empty()) {
    // What was settled must not be settled again when only this fails.
    std::erase_if(returned, [](const Returned& one) { return one.outcome.has_value(); });
    status = store_.HandBack(unsent);
  }
  if (status.ok()) return true;
  Fail("settle-failed", status);
  return false;
}

void Dispatcher::SettleLoop() {
  std::vector<Returned> pending;  // what the store could not take yet
  int tries_left = kLastTries;
  Millis request_time{0};  // of one that came back last
  for (;;) {
    const bool ending = settling_.stop_requested() && pool_.InFlight() == 0;
    const Millis linger =
        pool_.InFlight() > kFewInFlight
            ? std::clamp(request_time / kLingerPart, kShortestLinger, kLongestLinger)
            : Millis(0);
    const Millis wait = ending && pending.empty() ? Millis(0)
                        : pending.empty()         ? kIdle
                                                  : kStoreAgain;
    std::vector<Returned> back = pool_.Collect(clock_.Steady() + wait, linger);
    {
      MutexLock lock(mutex_);
      for (const Returned& one : back) Judge(one);
    }
    if (!back.empty() && back.back().outcome) {
      request_time = std::chrono::duration_cast<Millis>(clock_.Steady() - back.back().began);
    }
    pending.insert(pending.end(), std::make_move_iterator(back.begin()),
                   std::make_move_iterator(back.end()));
    if (!pending.empty() && Settle(pending)) pending.clear();
    unsettled_ = !pending.empty();
    if (!ending) continue;
    // What a store that still fails leaves unsettled stays `sending`, and the next
    // start finds it as in doubt.
    if (pending.empty() || --tries_left == 0) return;
  }
}

Status Dispatcher::TickOnce() {
  const Result<std::vector<AlarmChange>> changes = store_.Tick();
  if (!changes.ok()) return changes.status();
  for (const AlarmChange& change : *changes) {
    if (change.raised) {
      LogWarning("alarm-raised", {{"alarm", change.name}, {"subject", change.subject}});
    } else {
      LogInfo("alarm-cleared", {{"alarm", change.name}, {"subject", change.subject}});
    }
  }
  return Status();
}

void Dispatcher::TickLoop() {
  while (clock_.WaitUntil(clock_.Steady() + kTick, claiming_.get_token())) {
    const Status ticked = TickOnce();
    if (ticked.ok()) {
      busy_.Tick();
    } else {
      Fail("tick-failed", ticked);
    }
  }
}

}  // namespace utboks
