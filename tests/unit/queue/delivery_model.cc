#include "tests/unit/queue/delivery_model.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "queue/reason.h"
#include "queue/retry_policy.h"
#include "tests/unit/queue/outcomes.h"

namespace utboks::testing {
namespace {

bool Waiting(const MessageFacts& facts) {
  return facts.state == State::kDue || facts.state == State::kInDoubt;
}

HeadResult HeadOf(Mood mood, SiteMood site) {
  HeadResult head;
  head.asked = true;
  if (site == SiteMood::kRefusing) {
    head.reason = "connect-refused";
    return head;
  }
  if (mood == Mood::kSilent) {
    head.reason = "no-answer";
    return head;
  }
  head.answered = true;
  head.http_status = mood == Mood::kWell ? 200 : mood == Mood::kGone ? 404 : 503;
  if (site == SiteMood::kThrottling) {
    head.throttled = true;
    head.http_status = 429;
    head.wait = Millis(7'000);
  }
  return head;
}

}  // namespace

DeliveryModel::DeliveryModel(std::uint64_t seed, int resources) : random_(SeededRandom(seed)) {
  site.name = "";
  for (int r = 0; r < resources; ++r) {
    gates.emplace_back();
    gates.back().name = "resource-" + std::to_string(r);
  }
  moods.assign(gates.size(), Mood::kWell);
  last_tried_of_.assign(gates.size(), 0);
  blamed_in_a_row_.resize(gates.size());
  settings.gate_failures = 1 + static_cast<int>(random_->Below(4));
  settings.blame_run = 2 + static_cast<int>(random_->Below(5));
  settings.in_doubt = static_cast<DoubtPolicy>(random_->Below(4));
  settings.in_doubt_resends = 1 + static_cast<int>(random_->Below(4));
  settings.crash_limit = static_cast<int>(random_->Below(4));
  settings.lifetime = std::chrono::minutes(1 + random_->Below(120));
  EXPECT_TRUE(Check(settings).ok());
}

void DeliveryModel::Rule(bool concerns, bool kept, const char* name, const std::string& detail) {
  if (!concerns || failed_) return;
  ++judged[name];
  if (kept) return;
  failed_ = true;
  ADD_FAILURE() << "rule broken: " << name << (detail.empty() ? "" : ": ") << detail;
}

// ---- checks ----

void DeliveryModel::CheckRequest(const Gate& gate, bool as_probe) {
  Rule(silent_until_ > 0, now >= silent_until_, "no request before what the server allowed",
       gate.name);
  Rule(!as_probe, !HasMark(site) && !HasMark(gate), "a marked gate lets only probes through",
       gate.name);
  Rule(as_probe, !site.paused && !gate.paused && !site.blame_run && !gate.blame_run,
       "not even a probe passes what a person must open", gate.name);
}

void DeliveryModel::CheckGate(const Gate& before, const Gate& after, const char* what,
                              bool may_open) {
  const bool ended = before.outage && !after.outage;
  Rule(ended, may_open, "an outage ends by an acceptance or by a probe's answer", what);
  Rule(true, after.openings >= before.openings, "openings only grow", what);
  Rule(ended, after.openings > before.openings, "each end of an outage is an opening", what);
  Rule(before.blame_run, after.blame_run, "only a person ends a blame run", what);
  Rule(true, before.paused == after.paused, "answers neither pause nor resume", what);
  Rule(true, after.outage == after.next_probe.has_value(),
       "a next probe stands exactly while an outage does", what);
  Rule(before.not_before && after.not_before, after.not_before >= before.not_before,
       "what a 429 asked for is never shortened", what);
  Rule(after.suspect != 0, after.outage, "only a closed gate has a suspect", what);
  Rule(true,
       static_cast<int>(after.failed.size()) <= settings.gate_failures &&
           static_cast<int>(after.blamed.size()) <= settings.blame_run,
       "a gate's lists stay short", what);
}

void DeliveryModel::CheckDisposition(const Row& row, const Flight& flight, const Outcome& outcome,
                                     const Gate& site_before, const Gate& gate_before,
                                     const Disposition& d) {
  const MessageFacts& before = row.facts;
  const MessageFacts& after = d.after;
  const std::string what = outcome.reason + " on " + std::string(StateName(before.state));
  const bool accepted = outcome.verdict == Verdict::kAccepted;
  const Gate& gate = gates[static_cast<std::size_t>(row.resource)];
  CheckGate(site_before, site, what.c_str(), accepted);
  CheckGate(gate_before, gate, what.c_str(), accepted);
  if (d.stale) {
    Rule(true, !accepted, "a receipt is always taken", what);
    Rule(true, site == site_before && gate == gate_before, "without a token nothing changes", what);
    return;
  }
  Rule(after.state != before.state, LegalEdge(before.state, after.state, d.cause),
       "no illegal edge", what + " to " + std::string(StateName(after.state)));
  Rule(accepted, after.state == State::kAccepted, "accepted is accepted", what);
  Rule(before.state == State::kAccepted, after.state == State::kAccepted,
       "accepted is left only by a person", what);
  Rule(!before.reference.empty(), after.reference == before.reference,
       "the first receipt is never overwritten", what);
  Rule(after.unanswered, after.state != State::kDue && after.state != State::kRejected,
       "once unanswered, never due or rejected", what);
  Rule(after.unanswered, after.state != State::kCancelled || before.state == State::kCancelled,
       "once unanswered, cancelled only by a person who says so", what);
  Rule(before.unanswered, after.unanswered, "an unanswered attempt is never forgotten", what);
  Rule(true, after.counted == before.counted + (d.counted ? 1 : 0), "what counts is counted once",
       what);
  Rule(flight.sent.probe, !d.counted, "a closed gate counts no attempt", what);
  Rule(outcome.interrupted, !d.counted, "our own stop counts no attempt", what);
  Rule(true, after.last_backoff <= settings.backoff_max, "backoff within its bounds", what);
  if (Waiting(after)) {
    Rule(true, after.due_at <= Wall() + LongestWait(settings) || after.due_at == before.due_at,
         "no wait of ours is longer than the longest", what);
    Rule(d.counted, after.due_at >= Wall() + settings.backoff_min, "backoff within its bounds",
         what);
    const bool held_back = HasMark(gate) || !IsOpen(site, Wall());
    Rule(!held_back && !outcome.interrupted, after.due_at >= Wall() + settings.backoff_min,
         "no retry spins", what);
  }
  Rule(flight.sent.probe && after.state == State::kDue,
       after.due_at <= Wall() || d.waited_on != WaitedOn::kNothing,
       "a probe's message stays within reach of the next", what);
  const bool held = after.state == State::kHeld;
  const bool out_of_time = held && after.reason == reason::kLifetime;
  Rule(out_of_time, !flight.sent.probe || gate_before.suspect == before.seq,
       "nothing expires behind a closed gate", what);
  Rule(out_of_time, after.first_failure && Wall() - *after.first_failure >= settings.lifetime,
       "lifetime counts from the first failure", what);
  const bool at_limit = held && after.reason == reason::kInDoubtLimit;
  Rule(at_limit, !outcome.interrupted, "only a living worker's doubts count", what);
  Rule(at_limit && flight.sent.probe,
       gate_before.suspect == before.seq && flight.sent.head_said_yes,
       "a probe holds for doubts only the suspect that the register did not answer", what);
  Rule(held && after.unanswered, !d.leaves_keys, "a doubt never lets followers pass", what);
}

// ---- the register ----

Outcome DeliveryModel::Answer(const Row& row, Flight& flight) {
  switch (site_mood) {
    case SiteMood::kRefusing:
      return Refused();
    case SiteMood::kLoginRefused:
      return LoginRefused();
    case SiteMood::kThrottling: {
      const Millis asked = random_->Between(Millis(1), std::chrono::hours(2));
      return TooMany(std::clamp(asked, settings.backoff_min, settings.retry_after_max));
    }
    case SiteMood::kWell:
      break;
  }
  if (row.poison == 1) return ServerError();
  switch (moods[static_cast<std::size_t>(row.resource)]) {
    case Mood::kErrors:
      return ServerError(503);
    case Mood::kGone:
      return NoSuchResource();
    case Mood::kSilent:
      flight.taken = random_->Below(2) == 0;
      return Unanswered();
    case Mood::kRejecting:
      return Rejected();
    case Mood::kMoved:
      return ToHold("http-302");
    case Mood::kMixing:
      return MixedAnswer();
    case Mood::kWell:
      break;
  }
  flight.taken = true;
  return Accepted("ref-" + std::to_string(++acceptances));
}

// ---- delivery ----

void DeliveryModel::Arrive(bool poison) {
  Row row;
  row.facts.seq = static_cast<MessageSeq>(rows.size()) + 1;
  row.facts.due_at = Wall();
  row.resource = static_cast<int>(random_->Below(gates.size()));
  row.poison = poison ? 1 : 0;
  rows.push_back(row);
}

void DeliveryModel::Advance(Millis by) {
  now += by.count();
}

void DeliveryModel::SetClockBack(Millis by) {
  behind += by.count();
  Tick();
}

void DeliveryModel::Tick() {
  for (Gate* gate : {&site}) ExpirePause(*gate, Wall());
  PullIn(site, settings, Wall());
  for (Gate& gate : gates) {
    ExpirePause(gate, Wall());
    PullIn(gate, settings, Wall());
    Rule(gate.next_probe.has_value(), gate.next_probe <= Wall() + LongestProbeWait(gate, settings),
         "times of ours are pulled in");
  }
  Rule(site.not_before.has_value(), site.not_before <= Wall() + settings.retry_after_max,
       "times of ours are pulled in");
  for (Row& row : rows) {
    if (Waiting(row.facts) && row.facts.due_at > Wall() + LongestWait(settings)) {
      row.facts.due_at = Wall();
    }
  }
}

bool DeliveryModel::MayGo(const Row& row) const {
  return Waiting(row.facts) && row.facts.due_at <= Wall();
}

DeliveryModel::Flight DeliveryModel::Send(Row& row, bool as_probe) {
  CheckRequest(GateOf(row), as_probe);
  Flight flight;
  flight.seq = row.facts.seq;
  flight.attempt = ++attempts_;
  flight.sent.probe = as_probe;
  flight.sent.gates_open = !as_probe;
  flight.sent.feed_live = random_->Below(2) == 0;
  MessageSeq& last = last_tried_of_[static_cast<std::size_t>(row.resource)];
  flight.sent.others_tried = last != 0 && last != row.facts.seq;
  last = row.facts.seq;
  row.facts.state = State::kSending;
  row.last_attempt = flight.attempt;
  ++row.attempts;
  flight.outcome = Answer(row, flight);
  return flight;
}

bool DeliveryModel::Claim() {
  if (!IsOpen(site, Wall()) || (site.alone_next && !flights.empty())) return false;
  Row* best = nullptr;
  for (Row& row : rows) {
    if (!MayGo(row) || HasMark(GateOf(row))) continue;
    if (GateOf(row).alone_next) {
      const bool out = std::any_of(flights.begin(), flights.end(), [&](const Flight& f) {
        return At(f.seq).resource == row.resource;
      });
      if (out) continue;
    }
    if (best == nullptr || row.facts.due_at < best->facts.due_at) best = &row;
  }
  if (best == nullptr) return false;
  flights.push_back(Send(*best, false));
  return true;
}

DeliveryModel::Row* DeliveryModel::PickForProbe(const Gate& gate, int resource) {
  Row* best = nullptr;
  auto rank = [&](const Row& row) {
    const bool untried = row.attempts == 0;
    const bool doubted = row.facts.state == State::kInDoubt;
    if (gate.suspect != 0 && untried) return 0;
    return doubted != PrefersFresh(gate) ? 1 : 2;
  };
  for (Row& row : rows) {
    if (!Waiting(row.facts)) continue;
    if (resource >= 0 ? row.resource != resource : HasMark(GateOf(row))) continue;
    if (row.waited_on == WaitedOn::kNothing && row.facts.due_at > Wall()) continue;
    if (best == nullptr || rank(row) < rank(*best) ||
        (rank(row) == rank(*best) && row.last_attempt < best->last_attempt)) {
      best = &row;
    }
  }
  return best;
}

bool DeliveryModel::BeginProbe() {
  if (probe) return false;
  int resource = -2;
  const auto site_at = NextProbe(site, site);
  if (site_at && *site_at <= Wall()) resource = -1;
  for (int r = 0; resource == -2 && r < static_cast<int>(gates.size()); ++r) {
    const Gate& gate = gates[static_cast<std::size_t>(r)];
    const auto at = NextProbe(gate, site);
    const bool untried = TakesUntriedAtOnce(gate, site, Wall()) &&
                         std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
                           return row.resource == r && row.attempts == 0 && MayGo(row);
                         });
    if (untried || (at && *at <= Wall())) resource = r;
  }
  if (resource == -2) return false;
  const bool of_site = resource == -1;
  Gate& gate = of_site ? site : gates[static_cast<std::size_t>(resource)];
  utboks::BeginProbe(gate, settings, Wall());
  RunningProbe running;
  running.end.of_site = of_site;
  running.end.token = TokenOf(gate);
  Row* row = PickForProbe(gate, of_site ? -1 : resource);
  running.end.nothing_waits = row == nullptr;
  running.resource = row != nullptr ? row->resource : std::max(resource, 0);
  running.head = HeadOf(moods[static_cast<std::size_t>(running.resource)], site_mood);
  CheckRequest(gate, true);
  bool send = row != nullptr && SendsAfterHead(gate, running.head);
  if (send && gate.suspect == row->facts.seq && gate.probes > kQuickProbes) {
    send = row->facts.due_at <= Wall();
  }
  if (send) {
    running.flight = Send(*row, true);
    running.flight->sent.head_said_yes = HeadSaysYes(gate, running.head);
  }
  probe = std::move(running);
  return true;
}

void DeliveryModel::EndProbe() {
  if (!probe) return;
  RunningProbe ended = std::move(*probe);
  probe.reset();
  ended.end.head = ended.head;
  if (ended.flight) {
    Settle(*ended.flight, ended.flight->outcome);
    ended.end.message = ended.flight->seq;
    ended.end.outcome = &ended.flight->outcome;
    ended.end.due_at = At(ended.flight->seq).facts.due_at;
  }
  if (ended.head.throttled) {
    silent_until_ = std::max(silent_until_, now + ended.head.wait->count());
  }
  Gate& gate = gates[static_cast<std::size_t>(ended.resource)];
  const Gate site_before = site, gate_before = gate;
  const ProbeEffect effect = utboks::EndProbe(ended.end, site, gate, settings, Wall(), *random_);
  const bool evidence = ended.head.answered ||
                        (ended.flight && ended.flight->outcome.result == AttemptResult::kAnswered);
  CheckGate(site_before, site, "probe", ended.end.of_site && evidence);
  CheckGate(gate_before, gate, "probe", !ended.end.of_site && evidence);
  Rule(ended.end.nothing_waits && !ended.end.of_site && gate_before.outage &&
           TokenOf(gate_before) == ended.end.token && HeadSaysYes(gate, ended.head),
       !gate.outage, "HEAD alone opens when nothing waits");
  if (effect.resource_opened) EndWaits(ended.resource);
  if (effect.site_opened || effect.resource_opened) ++opened;
}

void DeliveryModel::EndWaits(int resource) {
  for (Row& row : rows) {
    if (row.waited_on != WaitedOn::kResource || row.resource != resource) continue;
    row.facts.due_at = std::min(row.facts.due_at, Wall());
    row.waited_on = WaitedOn::kNothing;
  }
}

void DeliveryModel::Settle(const Flight& flight, const Outcome& outcome) {
  Row& row = At(flight.seq);
  Gate& gate = GateOf(row);
  Sent sent = flight.sent;
  sent.token_live = row.facts.state == State::kSending && row.last_attempt == flight.attempt;
  if (!outcome.interrupted && outcome.gate == GateEffect::kNotBefore && sent.token_live) {
    silent_until_ = std::max(silent_until_, now + outcome.wait->count());
  }
  const Gate site_before = site, gate_before = gate;
  const Disposition d = Dispose(row.facts, outcome, sent, site, gate, settings, Wall(), *random_);
  CheckDisposition(row, flight, outcome, site_before, gate_before, d);
  if (d.stale) return;

  // Blame runs, told by an account of our own.
  auto& in_a_row = blamed_in_a_row_[static_cast<std::size_t>(row.resource)];
  if (outcome.verdict == Verdict::kAccepted) in_a_row.clear();
  const bool blamed = outcome.verdict == Verdict::kReject || outcome.verdict == Verdict::kHold;
  const bool first =
      !row.facts.judged || (!row.facts.blame.empty() && row.facts.blame != outcome.reason);
  if (blamed && first &&
      std::find(in_a_row.begin(), in_a_row.end(), flight.seq) == in_a_row.end()) {
    in_a_row.push_back(flight.seq);
  }
  Rule(gate.blame_run && !gate_before.blame_run,
       static_cast<int>(in_a_row.size()) >= settings.blame_run,
       "a blame run is so many different messages in a row");
  Rule(blamed && static_cast<int>(in_a_row.size()) >= settings.blame_run, gate.blame_run,
       "so many different messages in a row are a blame run");
  if (gate.blame_run && !gate_before.blame_run) ++runs;

  Write(row, d);
  for (const MessageSeq seq : d.held_by_blame_run) {
    Row& other = At(seq);
    const bool still = other.facts.state == State::kRejected || other.facts.state == State::kHeld;
    if (!still || other.touched) continue;
    Rule(true, LegalEdge(other.facts.state, State::kHeld, Cause::kBlameRun), "no illegal edge");
    other.facts.blame = other.facts.reason;
    other.facts.reason = reason::kBlameRun;
    other.facts.state = State::kHeld;
  }
  if (d.resource_opened) EndWaits(row.resource);
  if (d.site_opened || d.resource_opened) ++opened;
}

void DeliveryModel::Write(Row& row, const Disposition& d) {
  row.facts = d.after;
  row.waited_on = d.waited_on;
  row.touched = false;
  holds += d.after.state == State::kHeld;
  doubts += d.after.state == State::kInDoubt;
}

void DeliveryModel::Finish(std::size_t at) {
  const Flight flight = flights[at];
  flights.erase(flights.begin() + static_cast<std::ptrdiff_t>(at));
  Settle(flight, flight.outcome);
  if (flight.taken && flight.outcome.verdict != Verdict::kAccepted) ghosts_.push_back(flight);
}

void DeliveryModel::WorkerDies() {
  if (probe && probe->flight) flights.push_back(*probe->flight);
  probe.reset();
  for (const Flight& flight : flights) {
    Row& row = At(flight.seq);
    if (flight.taken) ghosts_.push_back(flight);
    if (row.facts.state != State::kSending || row.last_attempt != flight.attempt) continue;
    const Disposition d = DisposeDead(row.facts, settings, Wall(), *random_, flight.sent.feed_live);
    Rule(true, LegalEdge(State::kSending, d.after.state, d.cause), "no illegal edge",
         "dead worker");
    Rule(true, d.after.unanswered && !d.leaves_keys, "a dead worker leaves a doubt");
    Rule(true, d.after.doubts == row.facts.doubts && d.after.counted == row.facts.counted,
         "our own death counts towards no limit but its own");
    Rule(d.after.reason == reason::kCrash, d.after.crashes >= settings.crash_limit,
         "held for crashes only at their limit");
    Write(row, d);
  }
  flights.clear();
  LoseProbe(site, Wall());
  for (Gate& gate : gates) LoseProbe(gate, Wall());
}

void DeliveryModel::WorkerStops() {
  const std::vector<Flight> cut = std::move(flights);
  flights.clear();
  for (const Flight& flight : cut) {
    const Gate site_before = site, gate_before = GateOf(At(flight.seq));
    Settle(flight, CutOff());
    Rule(true, site == site_before && GateOf(At(flight.seq)) == gate_before,
         "no gate hears of our own stop");
    if (flight.taken) ghosts_.push_back(flight);
  }
}

void DeliveryModel::LateReceipt() {
  if (ghosts_.empty()) return;
  const std::size_t at = random_->Below(ghosts_.size());
  const Flight ghost = ghosts_[at];
  ghosts_.erase(ghosts_.begin() + static_cast<std::ptrdiff_t>(at));
  Settle(ghost, Accepted("late-" + std::to_string(ghost.attempt)));
}

void DeliveryModel::Release(Row& row) {
  row.facts.state = ReturnState(row.facts.unanswered);
  row.facts.reason.clear();
  row.facts.due_at = Wall();
  row.facts.first_failure.reset();
  row.facts.counted = row.facts.doubts = row.facts.crashes = 0;
  row.facts.last_backoff = Millis(0);
  row.waited_on = WaitedOn::kNothing;
  row.touched = true;
}

void DeliveryModel::PersonActs() {
  const std::size_t which = random_->Below(gates.size() + 1);
  Gate& gate = which == gates.size() ? site : gates[which];
  switch (random_->Below(4)) {
    case 0: {
      const bool for_ever = random_->Below(3) == 0;
      const Millis until = random_->Between(Millis(1), std::chrono::minutes(10));
      Pause(gate, for_ever ? std::nullopt : std::optional(Wall() + until), Wall());
      return;
    }
    case 1:
      if (Resume(gate, Wall())) {
        if (&gate != &site) blamed_in_a_row_[which].clear();
        Rule(true, !IsOpen(gate, Wall()), "what a person opens is probed first");
      }
      return;
    default:
      break;
  }
  if (rows.empty()) return;
  Row& row = rows[random_->Below(rows.size())];
  const State state = row.facts.state;
  const bool stopped = state == State::kHeld || state == State::kRejected;
  const bool done = state == State::kAccepted || state == State::kClosed;
  switch (random_->Below(8)) {
    case 0:  // the register has lost it
      if (!done) return;
      Release(row);
      row.facts.state = State::kDue;
      row.facts.reference.clear();
      return;
    case 1:
      if (!Waiting(row.facts)) return;
      row.facts.state = State::kHeld;
      row.facts.reason = reason::kOperator;
      break;
    case 2:  // also what may be registered, by who knows it
      if (!stopped && !Waiting(row.facts)) return;
      row.facts.state = State::kCancelled;
      break;
    case 3:
      if (!stopped && state != State::kAccepted && state != State::kInDoubt) return;
      row.facts.state = State::kClosed;
      break;
    default:
      if (stopped) Release(row);
      return;
  }
  row.touched = true;
}

void DeliveryModel::RandomEvent() {
  switch (random_->Below(24)) {
    case 0:
      if (rows.size() < 60) Arrive(random_->Below(12) == 0);
      break;
    case 1:
      moods[random_->Below(moods.size())] =
          random_->Below(2) == 0 ? Mood::kWell : static_cast<Mood>(random_->Below(7));
      break;
    case 2:
      site_mood =
          random_->Below(4) != 0 ? SiteMood::kWell : static_cast<SiteMood>(random_->Below(4));
      break;
    case 3:
      PersonActs();
      break;
    case 4:
      LateReceipt();
      break;
    case 5:
      if (random_->Below(6) == 0) WorkerDies();
      if (random_->Below(6) == 0) WorkerStops();
      break;
    case 6:
      if (random_->Below(8) == 0) SetClockBack(random_->Between(Millis(1), std::chrono::hours(3)));
      Tick();
      break;
    case 7:
      Advance(random_->Between(Millis(1), std::chrono::minutes(20)));
      break;
    case 8:
    case 9:
    case 10:
      Advance(random_->Between(Millis(0), Millis(3'000)));
      break;
    case 11:
    case 12:
    case 13:
      BeginProbe();
      break;
    case 14:
    case 15:
    case 16:
      EndProbe();
      break;
    case 17:
    case 18:
    case 19:
    case 20:
      Claim();
      break;
    default:
      if (!flights.empty()) Finish(random_->Below(flights.size()));
      break;
  }
}

// ---- the end ----

void DeliveryModel::ResumeAll() {
  for (std::size_t r = 0; r < gates.size(); ++r) {
    if (Resume(gates[r], Wall())) blamed_in_a_row_[r].clear();
  }
  Resume(site, Wall());
}

void DeliveryModel::Heal() {
  // What is under way was answered before.
  EndProbe();
  while (!flights.empty()) Finish(0);
  std::fill(moods.begin(), moods.end(), Mood::kWell);
  site_mood = SiteMood::kWell;
  ResumeAll();
}

std::optional<WallTime> DeliveryModel::NextEvent() const {
  std::optional<WallTime> next;
  auto sooner = [&](std::optional<WallTime> at) {
    if (at && *at > Wall() && (!next || *at < *next)) next = at;
  };
  sooner(NextProbe(site, site));
  sooner(site.not_before);
  for (const Gate& gate : gates) sooner(NextProbe(gate, site));
  for (const Row& row : rows) {
    if (Waiting(row.facts)) sooner(row.facts.due_at);
  }
  return next;
}

std::optional<Millis> DeliveryModel::WorkOff(Millis most) {
  const std::int64_t began = now;
  std::optional<Millis> first;
  while (!failed_ && now - began <= most.count()) {
    EndProbe();
    while (!flights.empty()) Finish(0);
    const std::int64_t before = acceptances;
    const bool moved = Claim() || BeginProbe();
    if (!first && acceptances > before) first = Millis(now - began);
    if (moved) continue;
    const std::optional<WallTime> next = NextEvent();
    if (!next) break;
    Advance(*next - Wall());
  }
  EndProbe();
  while (!flights.empty()) Finish(0);
  return first;
}

}  // namespace utboks::testing
