#include "producer/lab/memory_outbox.h"

#include <algorithm>
#include <cassert>

namespace utboks::lab {
namespace {

constexpr int kProbeTokens = 2;  // HEAD and its message

void Sooner(std::optional<WallTime>& best, const std::optional<WallTime>& other) {
  if (other && (!best || *other < *best)) best = other;
}

bool Waits(const MessageFacts& facts) {
  return facts.state == State::kDue || facts.state == State::kInDoubt;
}

}  // namespace

MemoryOutbox::MemoryOutbox(std::vector<std::string> resources, const DeliverySettings& settings,
                           Random& random)
    : settings_(settings),
      random_(random),
      ready_(resources.size()),
      last_tried_(resources.size(), 0) {
  for (std::string& name : resources) {
    gates_.emplace_back();
    gates_.back().name = std::move(name);
    gates_.back().head_status = 200;
  }
}

// ---- who is ready ----

void MemoryOutbox::Place(const Row& row) {
  if (!Waits(row.facts) || keys_.at(row.person).front() != row.facts.seq) return;
  Ready& ready = ready_[At(row.resource)];
  ready.all.emplace(row.facts.due_at, row.facts.seq);
  if (row.facts.state == State::kInDoubt) {
    ready.doubted.emplace(row.last_attempt, row.facts.seq);
  } else if (row.last_attempt == 0) {
    ready.untried.emplace(row.facts.due_at, row.facts.seq);
  } else {
    ready.tried.emplace(row.last_attempt, row.facts.seq);
  }
}

void MemoryOutbox::Remove(const Row& row) {
  Ready& ready = ready_[At(row.resource)];
  ready.all.erase({row.facts.due_at, row.facts.seq});
  ready.untried.erase({row.facts.due_at, row.facts.seq});
  ready.doubted.erase({row.last_attempt, row.facts.seq});
  ready.tried.erase({row.last_attempt, row.facts.seq});
}

void MemoryOutbox::LeaveKey(const Row& row) {
  std::deque<MessageSeq>& key = keys_.at(row.person);
  const bool was_first = key.front() == row.facts.seq;
  std::erase(key, row.facts.seq);
  if (key.empty()) {
    keys_.erase(row.person);
  } else if (was_first) {
    Place(rows_.at(key.front()));
  }
}

MessageSeq MemoryOutbox::Insert(int resource, std::int64_t person, WallTime now) {
  Row row;
  row.facts.seq = ++last_seq_;
  row.facts.due_at = now;
  row.resource = resource;
  row.person = person;
  keys_[person].push_back(row.facts.seq);
  Place(rows_.emplace(row.facts.seq, std::move(row)).first->second);
  return last_seq_;
}

// ---- claim ----

struct MemoryOutbox::Line {
  int resource;
  int room;
  std::vector<MessageSeq> candidates;
  std::size_t next = 0;
};

bool MemoryOutbox::HasUntried(int resource, WallTime now) const {
  const ByDue& untried = ready_[At(resource)].untried;
  return !untried.empty() && untried.begin()->first <= now;
}

int MemoryOutbox::TakeTokens(int wanted, int kept, WallTime now, std::optional<WallTime>* next) {
  const int limit = settings_.rate_limit_per_minute;
  if (limit == 0 || wanted <= 0) return wanted;
  const int all = Take(bucket_, wanted + kept, limit, now);
  const int given = std::clamp(all - kept, 0, wanted);
  GiveBack(bucket_, all - given, limit);
  if (given < wanted) Sooner(*next, NextToken(bucket_, limit, now));
  return given;
}

MemoryOutbox::Lease MemoryOutbox::TakeLease(Row& row, bool probe) {
  Remove(row);
  Lease lease{row.facts.seq, row.resource, !probe, false};
  MessageSeq& last = last_tried_[At(row.resource)];
  lease.others_tried = last != 0 && last != row.facts.seq;
  last = row.facts.seq;
  row.attempt_before = std::exchange(row.last_attempt, ++last_attempt_);
  row.claimed_from = std::exchange(row.facts.state, State::kSending);
  ++ready_[At(row.resource)].sending;
  return lease;
}

MemoryOutbox::Claimed MemoryOutbox::Claim(std::span<const Room> room, int free_senders,
                                          WallTime now) {
  Claimed claimed;
  claimed.next_probe = NextProbe(site_, site_);
  std::vector<Line> lines;
  bool sending = false;
  for (int r = 0; r < static_cast<int>(gates_.size()); ++r) {
    const Gate& gate = GateOf(r);
    Sooner(claimed.next_probe, NextProbe(gate, site_));
    if (TakesUntriedAtOnce(gate, site_, now) && HasUntried(r, now)) claimed.next_probe = now;
    sending = sending || ready_[At(r)].sending > 0;
    const Room& one = room[At(r)];
    const bool known = !one.openings || *one.openings == Openings(r);
    if (!HasMark(gate) && one.rows > 0 && known) lines.push_back({r, one.rows, {}, 0});
  }
  if (!IsOpen(site_, now)) {
    if (!HasMark(site_)) Sooner(claimed.ask_again, site_.not_before);
    return claimed;
  }
  if (site_.alone_next) free_senders = sending ? 0 : std::min(free_senders, 1);
  int found = 0;
  for (Line& line : lines) {
    const Ready& ready = ready_[At(line.resource)];
    int most = std::min(line.room, free_senders);
    if (GateOf(line.resource).alone_next && most > 0) most = ready.sending > 0 ? 0 : 1;
    auto at = ready.all.begin();
    for (; at != ready.all.end() && at->first <= now; ++at) {
      if (static_cast<int>(line.candidates.size()) >= most) break;
      line.candidates.push_back(at->second);
    }
    found += static_cast<int>(line.candidates.size());
    if (static_cast<int>(line.candidates.size()) < most && at != ready.all.end()) {
      Sooner(claimed.ask_again, at->first);
    }
  }
  const bool probe_due = claimed.next_probe && *claimed.next_probe <= now;
  const int given = TakeTokens(std::min(found, free_senders), probe_due ? kProbeTokens : 0, now,
                               &claimed.ask_again);
  const std::size_t start = lines.empty() ? 0 : random_.Below(lines.size());
  while (static_cast<int>(claimed.rows.size()) < given) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      Line& line = lines[(start + i) % lines.size()];
      if (line.next == line.candidates.size()) continue;
      claimed.rows.push_back(TakeLease(rows_.at(line.candidates[line.next++]), false));
      if (static_cast<int>(claimed.rows.size()) == given) break;
    }
  }
  return claimed;
}

// ---- probes ----

// The first of its kind; a wait that no gate gave is kept to.
const MemoryOutbox::Row* MemoryOutbox::Pick(ProbePick pick, int resource, WallTime now) const {
  const Ready& ready = ready_[At(resource)];
  if (pick == ProbePick::kUntried) {
    return HasUntried(resource, now) ? &rows_.at(ready.untried.begin()->second) : nullptr;
  }
  for (const auto& [attempt, seq] : pick == ProbePick::kDoubted ? ready.doubted : ready.tried) {
    const Row& row = rows_.at(seq);
    if (row.waited_on != WaitedOn::kNothing || row.facts.due_at <= now) return &row;
  }
  return nullptr;
}

const MemoryOutbox::Row* MemoryOutbox::PickMessage(const Gate& gate, std::span<const int> resources,
                                                   WallTime now) const {
  for (const ProbePick pick : ProbeOrder(gate)) {
    const Row* best = nullptr;
    const auto rank = [&](const Row& row) {
      return pick == ProbePick::kUntried ? ToMillis(row.facts.due_at) : row.last_attempt;
    };
    for (const int resource : resources) {
      const Row* row = Pick(pick, resource, now);
      if (row != nullptr && (best == nullptr || rank(*row) < rank(*best))) best = row;
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

std::optional<MemoryOutbox::RunningProbe> MemoryOutbox::ClaimProbe(WallTime now) {
  Gate* due = nullptr;
  std::optional<WallTime> due_at;
  const auto look = [&](Gate& gate, bool untried) {
    std::optional<WallTime> at = NextProbe(gate, site_);
    if (at && untried) at = now;
    if (!at || *at > now || (due_at && *at >= *due_at)) return;
    due = &gate;
    due_at = at;
  };
  look(site_, false);
  for (int r = 0; r < static_cast<int>(gates_.size()); ++r) {
    Gate& gate = gates_[At(r)];
    const auto at = NextProbe(gate, site_);
    const bool untried = at && *at > now && TakesUntriedAtOnce(gate, site_, now);
    look(gate, untried && HasUntried(r, now));
  }
  if (due == nullptr) return std::nullopt;

  const bool of_site = due == &site_;
  std::vector<int> resources;
  for (int r = 0; r < static_cast<int>(gates_.size()); ++r) {
    if (of_site ? !HasMark(GateOf(r)) : &gates_[At(r)] == due) resources.push_back(r);
  }
  const Gate before = *due;
  BeginProbe(*due, settings_, now);
  RunningProbe probe;
  const Row* picked = PickMessage(*due, resources, now);
  probe.nothing_waits = picked == nullptr;
  bool send = picked != nullptr;
  if (send && due->suspect == picked->facts.seq && due->probes > kQuickProbes) {
    send = picked->facts.due_at <= now;
  }
  const int needed = send ? kProbeTokens : 1;
  std::optional<WallTime> next;
  const int tokens = TakeTokens(needed, 0, now, &next);
  if (tokens < needed) {
    GiveBack(bucket_, tokens, settings_.rate_limit_per_minute);
    *due = before;
    return std::nullopt;
  }
  if (send) {
    probe.message = TakeLease(rows_.at(picked->facts.seq), true);
    probe.resource = probe.message->resource;
  } else {
    probe.resource = of_site ? static_cast<int>(gates_.size()) - 1 : resources.front();
  }
  probe.state = *due;
  return probe;
}

// ---- settle ----

void MemoryOutbox::HandBack(const Lease& lease) {
  Row& row = rows_.at(lease.seq);
  --ready_[At(lease.resource)].sending;
  row.facts.state = row.claimed_from;
  row.last_attempt = row.attempt_before;
  Place(row);
  GiveBack(bucket_, 1, settings_.rate_limit_per_minute);
}

void MemoryOutbox::EndWaits(int resource, WallTime now) {
  Ready& ready = ready_[At(resource)];
  for (const MessageSeq seq : ready.gated) {
    Row& row = rows_.at(seq);
    const bool there = ready.all.contains({row.facts.due_at, seq});
    if (there) Remove(row);
    row.facts.due_at = std::min(row.facts.due_at, now);
    row.waited_on = WaitedOn::kNothing;
    if (there) Place(row);
  }
  ready.gated.clear();
}

MemoryOutbox::Settled MemoryOutbox::Judge(const Lease& lease, const Outcome& outcome, Sent sent,
                                          WallTime now, WallTime* due_at) {
  Row& row = rows_.at(lease.seq);
  Ready& ready = ready_[At(lease.resource)];
  --ready.sending;
  sent.gates_open = lease.gates_open;
  sent.others_tried = lease.others_tried;
  const Disposition d =
      Dispose(row.facts, outcome, sent, site_, gates_[At(lease.resource)], settings_, now, random_);
  assert(!d.stale && d.held_by_blame_run.empty());
  row.facts = d.after;
  row.waited_on = d.waited_on;
  if (d.waited_on == WaitedOn::kResource) {
    ready.gated.insert(lease.seq);
  } else {
    ready.gated.erase(lease.seq);
  }
  *due_at = row.facts.due_at;
  if (d.leaves_keys) {
    LeaveKey(row);
  } else {
    Place(row);
  }
  if (d.after.state == State::kAccepted) rows_.erase(lease.seq);
  if (d.resource_opened) EndWaits(lease.resource, now);
  return {d.after.state, d.counted};
}

MemoryOutbox::Settled MemoryOutbox::Settle(const Lease& lease, const Outcome& outcome,
                                           WallTime now) {
  WallTime due_at;
  return Judge(lease, outcome, Sent{}, now, &due_at);
}

std::optional<MemoryOutbox::Settled> MemoryOutbox::SettleProbe(const RunningProbe& probe,
                                                               const HeadResult& head,
                                                               const Outcome* message,
                                                               WallTime now) {
  ProbeEnd end;
  end.of_site = probe.state.name.empty();
  end.token = TokenOf(probe.state);
  end.head = head;
  end.nothing_waits = probe.nothing_waits;
  std::optional<Settled> settled;
  if (message != nullptr) {
    Sent sent;
    sent.probe = true;
    sent.head_said_yes = HeadSaysYes(probe.state, head);
    settled = Judge(*probe.message, *message, sent, now, &end.due_at);
    end.message = probe.message->seq;
    end.outcome = message;
  } else if (probe.message) {
    HandBack(*probe.message);
  }
  const ProbeEffect effect =
      EndProbe(end, site_, gates_[At(probe.resource)], settings_, now, random_);
  if (effect.resource_opened) EndWaits(probe.resource, now);
  return settled;
}

}  // namespace utboks::lab
