// The store's rules of who may go (queue/store.h: Delivery), in memory and in virtual
// time: what is claimed, what a probe may send, what a settlement changes.  Every
// judgement is queue's own pure code; a test holds the selection against the store on
// SQLite, step by step.
//
// One worker, which never dies, and nobody acts by hand: no pauses, no hand-backs, no
// 400s and so no blame runs.  A message has one order key, its person.  Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/bucket.h"
#include "queue/delivery_settings.h"
#include "queue/disposition.h"
#include "queue/gate.h"
#include "queue/outcome.h"
#include "queue/probe.h"

namespace utboks::lab {

class MemoryOutbox {
 public:
  struct Room {
    int rows = 0;
    std::optional<std::int64_t> openings;  // as Claimed said last
  };
  struct Lease {
    MessageSeq seq = 0;
    int resource = 0;
    bool gates_open = true;
    bool others_tried = false;
  };
  struct Claimed {
    std::vector<Lease> rows;
    std::optional<WallTime> ask_again, next_probe;
  };
  struct RunningProbe {
    int resource = 0;  // to ask HEAD of
    Gate state;        // as the claim left it; its name is "" for the site
    std::optional<Lease> message;
    bool nothing_waits = false;
  };
  // What a settlement made of the message.
  struct Settled {
    State state = State::kDue;
    bool counted = false;  // the attempt lengthens its backoff
  };

  // `settings` and `random` must outlive it.  Every HEAD has been learnt to be 200.
  MemoryOutbox(std::vector<std::string> resources, const DeliverySettings& settings,
               Random& random);

  MessageSeq Insert(int resource, std::int64_t person, WallTime now);
  // `room`: of each resource, in their order.
  Claimed Claim(std::span<const Room> room, int free_senders, WallTime now);
  std::optional<RunningProbe> ClaimProbe(WallTime now);
  Settled Settle(const Lease& lease, const Outcome& outcome, WallTime now);
  // `message`: what became of the probe's message; null: it was not sent.
  std::optional<Settled> SettleProbe(const RunningProbe& probe, const HeadResult& head,
                                     const Outcome* message, WallTime now);

  std::int64_t Openings(int resource) const { return site_.openings + GateOf(resource).openings; }
  const Gate& site() const { return site_; }
  const std::vector<Gate>& gates() const { return gates_; }
  // Not accepted: waiting, being sent or held.
  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    MessageFacts facts;
    int resource = 0;
    std::int64_t person = 0;
    WaitedOn waited_on = WaitedOn::kNothing;
    std::int64_t last_attempt = 0;  // 0: never tried
    // As they were before the claim.
    State claimed_from = State::kDue;
    std::int64_t attempt_before = 0;
  };
  using ByDue = std::set<std::pair<WallTime, MessageSeq>>;
  using ByAttempt = std::set<std::pair<std::int64_t, MessageSeq>>;
  // Those of one resource that are first in their key, and not being sent.
  struct Ready {
    ByDue all, untried;
    ByAttempt doubted, tried;
    std::set<MessageSeq> gated;  // whose wait a gate gave
    int sending = 0;
  };
  struct Line;

  static std::size_t At(int resource) { return static_cast<std::size_t>(resource); }
  const Gate& GateOf(int resource) const { return gates_[At(resource)]; }
  bool HasUntried(int resource, WallTime now) const;
  void Place(const Row& row);   // among the ready, when it is first and waits
  void Remove(const Row& row);  // from among them
  void LeaveKey(const Row& row);
  Lease TakeLease(Row& row, bool probe);
  int TakeTokens(int wanted, int kept, WallTime now, std::optional<WallTime>* next);
  const Row* Pick(ProbePick pick, int resource, WallTime now) const;
  const Row* PickMessage(const Gate& gate, std::span<const int> resources, WallTime now) const;
  void HandBack(const Lease& lease);  // claimed, and not sent
  Settled Judge(const Lease& lease, const Outcome& outcome, Sent sent, WallTime now,
                WallTime* due_at);
  void EndWaits(int resource, WallTime now);

  const DeliverySettings& settings_;
  Random& random_;
  Gate site_;
  std::vector<Gate> gates_;
  std::vector<Ready> ready_;
  std::vector<MessageSeq> last_tried_;
  std::unordered_map<MessageSeq, Row> rows_;
  std::unordered_map<std::int64_t, std::deque<MessageSeq>> keys_;  // who stands in each
  Bucket bucket_;
  MessageSeq last_seq_ = 0;
  std::int64_t last_attempt_ = 0;
};

}  // namespace utboks::lab
