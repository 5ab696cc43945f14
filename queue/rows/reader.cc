#include "queue/rows/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "queue/rows/attachment.h"
#include "queue/rows/correct.h"
#include "queue/rows/desk.h"
#include "queue/rows/insert.h"
#include "queue/rows/order.h"
#include "queue/rows/received_view.h"
#include "queue/rows/refuse.h"
#include "queue/rows/replay_row.h"
#include "queue/rows/settle.h"

namespace utboks::rows {
namespace {

// What decides whether a due message moves, read once for a page of messages.
struct Gates {
  Gate site;
  std::vector<std::pair<int, Gate>> resources;
  bool rate_empty = false;

  const Gate* Of(int nr) const {
    for (const auto& [number, gate] : resources) {
      if (number == nr) return &gate;
    }
    return nullptr;
  }
};

Result<Gates> ReadGates(Connection& db) {
  GateBook book(db);
  const Result<std::vector<GateRow*>> rows = book.All();
  if (!rows.ok()) return rows.status();
  Gates gates;
  for (const GateRow* row : *rows) {
    if (row->nr == kSite) {
      gates.site = row->gate;
    } else {
      gates.resources.emplace_back(row->nr, row->gate);
    }
  }
  return gates;
}

Result<WaitsFor> WhatItWaitsFor(Connection& db, const MessageRow& row, std::string_view keys,
                                const Gates& gates, WallTime now) {
  WaitsFor waits;
  const State state = row.facts.state;
  if (state == State::kHeld || state == State::kRejected) {
    waits.kind = WaitsFor::Kind::kPerson;
    return waits;
  }
  if (state != State::kDue && state != State::kInDoubt) return waits;
  if (row.ahead > 0 || row.after_followers) {
    // What was told to go after its followers waits for the one that is under way.
    const Result<std::optional<MessageSeq>> head = row.after_followers
                                                       ? FollowerUnderWay(db, row.facts.seq, keys)
                                                       : HeadBefore(db, row.facts.seq, keys);
    if (!head.ok()) return head.status();
    if (head->has_value()) {
      const Result<MessageRow> first = Messages(db).Read(**head);
      if (!first.ok()) return first.status();
      waits.kind = WaitsFor::Kind::kHead;
      waits.head = first->id;
      return waits;
    }
  }
  const Gate* resource = gates.Of(row.ressurs);
  if (!IsOpen(gates.site, now)) {
    waits.kind = HasMark(gates.site) ? WaitsFor::Kind::kGate : WaitsFor::Kind::kRate;
  } else if (resource != nullptr && HasMark(*resource)) {
    waits.kind = WaitsFor::Kind::kGate;
    waits.gate = resource->name;
  } else if (row.facts.due_at > now) {
    waits.kind = WaitsFor::Kind::kTime;
    waits.until = row.facts.due_at;
  } else {
    waits.kind = WaitsFor::Kind::kRate;
  }
  return waits;
}

Result<MessageView> ViewOf(Connection& db, const Sealer& sealer, MessageSeq seq, const Gates& gates,
                           WallTime now) {
  const Result<MessageRow> row = Messages(db).Read(seq);
  if (!row.ok()) return row.status();
  MessageView view;
  view.id = row->id;
  std::string names, keys;
  {
    Query q = db.Prepare("SELECT names, keys, edition, received FROM record WHERE seq = ?");
    q.Bind(seq);
    if (!q.Step()) {
      return q.status().ok() ? Status(Code::kCorrupt, "a message has no record") : q.status();
    }
    names = q.Blob(0);
    keys = q.Blob(1);
    view.edition = q.Text(2);
    view.received = WallFromMillis(q.Int(3));
  }
  const Result<std::string> open = sealer.Open(names, view.id, "names");
  if (!open.ok()) return open.status();
  std::string saksreferanse;
  UnpackNames(*open, &view.identifikator.reveal(), &saksreferanse);
  view.seq = seq;
  view.state = row->facts.state;
  view.reason = row->facts.reason;
  view.attempts = row->attempts;
  view.unanswered = row->facts.unanswered;
  if (view.state == State::kDue || view.state == State::kInDoubt) view.due = row->facts.due_at;
  if (const Gate* gate = gates.Of(row->ressurs)) view.ressurs = gate->name;
  const Result<WaitsFor> waits = WhatItWaitsFor(db, *row, keys, gates, now);
  if (!waits.ok()) return waits.status();
  view.waits_for = *waits;
  Result<std::string> reference = ReadReference(db, sealer, view.id, row->receipt);
  if (!reference.ok()) return reference.status();
  view.reference = std::move(reference).value();
  const Result<CorrectionLinks> links = LinksOf(db, view.id);
  if (!links.ok()) return links.status();
  view.replaces = links->replaces;
  view.replaced_by = links->replaced_by;
  if (view.state == State::kRejected || view.state == State::kClosed ||
      view.state == State::kCancelled) {
    Result<SensitiveText> refusal = ReadRefusal(db, sealer, seq, view.id);
    if (!refusal.ok()) return refusal.status();
    view.refusal = *std::move(refusal);
  }
  return view;
}

Result<std::vector<MessageView>> ViewAll(Connection& db, const Sealer& sealer,
                                         const std::vector<MessageSeq>& seqs, WallTime now) {
  const Result<Gates> gates = ReadGates(db);
  if (!gates.ok()) return gates.status();
  std::vector<MessageView> views;
  views.reserve(seqs.size());
  for (const MessageSeq seq : seqs) {
    Result<MessageView> view = ViewOf(db, sealer, seq, *gates, now);
    if (!view.ok()) return view.status();
    views.push_back(std::move(view).value());
  }
  return views;
}

// One statement for every filter: what is not asked for is answered by its own absence.
// Newest first by seq, so a page costs what it shows unless a filter has to pass over many.
#define UTBOKS_LIST                                                                            \
  "SELECT m.seq FROM message m JOIN record r ON r.seq = m.seq JOIN gate g ON g.nr = m.ressurs" \
  " LEFT JOIN lease l ON l.seq = m.seq WHERE m.seq < ?1"                                       \
  " AND (?2 = '' OR ?2 LIKE '% ' || CASE WHEN l.seq IS NULL THEN m.state ELSE 2 END || ' %')"  \
  " AND (?3 = '' OR g.name = ?3) AND (?4 = '' OR m.reason = ?4)"                               \
  " AND r.received >= ?5 AND r.received < ?6"                                                  \
  " AND (?7 = 0 OR ((m.ahead > 0 OR m.after_followers = 1) AND m.state IN (1, 3) AND"          \
  " l.seq IS NULL))"
#define UTBOKS_LIST_ORDER " ORDER BY m.seq DESC LIMIT ?8"
constexpr const char* kListAny = UTBOKS_LIST UTBOKS_LIST_ORDER;
// What needs a person, and what is being sent, is little among millions: each is found by
// its index or table.
constexpr const char* kListNeeds = UTBOKS_LIST " AND m.state IN (3, 4, 7)" UTBOKS_LIST_ORDER;
constexpr const char* kListSending = UTBOKS_LIST " AND l.seq IS NOT NULL" UTBOKS_LIST_ORDER;

bool AreAll(const std::vector<State>& states, std::initializer_list<State> of) {
  return !states.empty() && std::all_of(states.begin(), states.end(), [&](State state) {
    return std::find(of.begin(), of.end(), state) != of.end();
  });
}

}  // namespace

Result<std::vector<MessageView>> ListMessages(Connection& db, const Sealer& sealer,
                                              const Filter& filter, WallTime now) {
  std::string states;
  for (const State state : filter.states) states += fmt::format(" {} ", static_cast<int>(state));
  Result<std::vector<MessageView>> views = ListReceived(db, filter);
  if (!views.ok()) return views;
  const std::int64_t limit =
      filter.limit == 0 ? INT64_MAX : std::int64_t{filter.limit} - std::ssize(*views);
  if (limit == 0) return views;
  std::vector<MessageSeq> seqs;
  {
    Query q = db.Prepare(AreAll(filter.states, {State::kInDoubt, State::kHeld, State::kRejected})
                             ? kListNeeds
                         : AreAll(filter.states, {State::kSending}) ? kListSending
                                                                    : kListAny);
    q.Bind(filter.below.value_or(INT64_MAX)).BindText(states).BindText(filter.ressurs);
    q.BindText(filter.reason);
    q.Bind(filter.since ? ToMillis(*filter.since) : INT64_MIN);
    q.Bind(filter.until ? ToMillis(*filter.until) : INT64_MAX);
    q.Bind(filter.blocked).Bind(limit);
    while (q.Step()) seqs.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  Result<std::vector<MessageView>> stored = ViewAll(db, sealer, seqs, now);
  if (!stored.ok()) return stored;
  std::ranges::move(*stored, std::back_inserter(*views));
  return views;
}

Result<std::vector<MessageView>> FindMessages(Connection& db, const Sealer& sealer,
                                              std::string_view id, bool by_reference,
                                              WallTime now) {
  std::vector<MessageSeq> seqs;
  if (by_reference) {
    Query q = db.Prepare("SELECT seq FROM record WHERE saksreferanse = ? ORDER BY seq DESC");
    const Digest digest = sealer.Lookup("saksreferanse", {id});
    q.BindBlob(digest);
    while (q.Step()) seqs.push_back(q.Int(0));
    UTBOKS_RETURN_IF_ERROR(q.status());
  } else {
    Uuid uuid{};
    if (ParseUuid(id, &uuid)) {
      const Result<MessageSeq> seq = SeqOf(db, uuid);
      if (seq.ok()) seqs.push_back(*seq);
      if (!seq.ok() && seq.code() != Code::kNotFound) return seq.status();
      if (!seq.ok()) {
        Result<std::vector<MessageView>> received = FindReceived(db, uuid);
        if (!received.ok() || !received->empty()) return received;
      }
    }
    if (seqs.empty()) {
      Query q = db.Prepare("SELECT seq FROM record WHERE identifikator = ?");
      const Digest digest = sealer.Lookup("identifikator", {id});
      q.BindBlob(digest);
      if (q.Step()) seqs.push_back(q.Int(0));
      UTBOKS_RETURN_IF_ERROR(q.status());
      if (seqs.empty()) {
        const Result<std::optional<MessageSeq>> refused = RefusedUnder(db, digest);
        if (!refused.ok()) return refused.status();
        if (refused->has_value()) seqs.push_back(**refused);
      }
    }
  }
  if (seqs.empty()) {
    return Status(Code::kNotFound, by_reference
                                       ? "no message has that avsendersSaksreferanse"
                                       : "no message has that id or avsendersMeldingsidentifikator;"
                                         " `utboks list` shows those there are");
  }
  return ViewAll(db, sealer, seqs, now);
}

Result<std::vector<AttemptView>> ListAttempts(Connection& db, const Sealer& sealer, const Uuid& id,
                                              bool with_answers) {
  const Result<MessageSeq> seq = SeqOf(db, id);
  if (!seq.ok()) {
    const Result<bool> received = IsReceived(db, id);
    return received.ok() && *received ? std::vector<AttemptView>()
                                      : Result<std::vector<AttemptView>>(seq.status());
  }
  const Result<MessageRow> row = Messages(db).Read(*seq);
  if (!row.ok()) return row.status();
  std::vector<AttemptView> attempts;
  for (std::int64_t at = row->last_attempt; at != 0;) {
    Query q = db.Prepare(
        "SELECT prev, started, ended, result, counted, probe, http_status, reason, worker, evidence"
        " FROM attempt WHERE id = ?");
    q.Bind(at);
    if (!q.Step()) {
      UTBOKS_RETURN_IF_ERROR(q.status());
      break;
    }
    AttemptView view;
    view.id = at;
    view.started = WallFromMillis(q.Int(1));
    view.ended = TimeOf(q.MaybeInt(2));
    view.result = static_cast<AttemptResult>(q.Int(3));
    view.counted = q.Bool(4);
    view.probe = q.Bool(5);
    view.http_status = static_cast<int>(q.Int(6));
    view.reason = q.Text(7);
    view.worker = q.Text(8);
    if (!q.IsNull(9)) {
      const Result<std::string> open = sealer.Open(q.Blob(9), id, "evidence");
      if (!open.ok()) return open.status();
      Evidence evidence = UnpackEvidence(*open);
      view.feilkode = std::move(evidence.feilkode);
      view.support_id = std::move(evidence.support_id);
      view.retry_after = std::move(evidence.retry_after);
      if (with_answers) view.answer = SensitiveText(std::move(evidence.answer));
    }
    at = q.Int(0);
    attempts.push_back(std::move(view));
  }
  std::reverse(attempts.begin(), attempts.end());
  return attempts;
}

namespace {

Result<std::vector<std::pair<State, std::int64_t>>> CountStates(Connection& db) {
  Result<StateCounts> tally = ReadTally(db);
  if (!tally.ok()) return tally.status();
  StateCounts counts = *tally;
  const Result<std::int64_t> received = CountReceived(db);
  if (!received.ok()) return received.status();
  counts[static_cast<std::size_t>(State::kReceived)] = *received;
  {
    Query q = db.Prepare("SELECT m.state FROM lease l JOIN message m ON m.seq = l.seq");
    while (q.Step()) {
      --counts[static_cast<std::size_t>(q.Int(0))];
      ++counts[static_cast<std::size_t>(State::kSending)];
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  std::vector<std::pair<State, std::int64_t>> states;
  states.reserve(counts.size());
  for (const State state : kAllStates) {
    states.emplace_back(state, counts[static_cast<std::size_t>(state)]);
  }
  return states;
}

// Attempts grow with time: walking back from the newest stops after a minute's worth.  A
// clock that was put back leaves later ones behind: no more than any rate allows.
Result<std::int64_t> SentSince(Connection& db, WallTime since) {
  constexpr std::int64_t kPage = 5'000, kMost = 1'000'000;
  std::int64_t sent = 0;
  for (std::int64_t before = INT64_MAX, page = kPage; page == kPage && sent < kMost;) {
    Query q = db.Prepare(
        "SELECT count(*), min(id) FROM (SELECT id, started FROM attempt WHERE id < ?"
        " ORDER BY id DESC LIMIT ?) AS newest WHERE started > ?");
    q.Bind(before).Bind(kPage).Bind(ToMillis(since));
    page = q.Step() ? q.Int(0) : 0;
    UTBOKS_RETURN_IF_ERROR(q.status());
    sent += page;
    before = q.Int(1);
  }
  return sent;
}

}  // namespace

Result<Overview> LookOver(Connection& db, WallTime now) {
  Overview overview;
  Result<std::vector<std::pair<State, std::int64_t>>> states = CountStates(db);
  if (!states.ok()) return states.status();
  overview.states = std::move(states).value();
  const Result<Gates> gates = ReadGates(db);
  if (!gates.ok()) return gates.status();
  overview.gates.push_back(gates->site);
  for (const auto& [nr, gate] : gates->resources) {
    overview.gates.push_back(gate);
    // Those that could go now: heads whose time has come behind open gates.
    if (!IsOpen(gates->site, now) || HasMark(gate)) continue;
    Query q = db.Prepare(
        "SELECT due_at FROM ready WHERE lane = 0 AND ressurs = ? AND due_at <= ?"
        " ORDER BY due_at LIMIT 1");
    q.Bind(nr).Bind(ToMillis(now));
    if (q.Step()) {
      const WallTime due = WallFromMillis(q.Int(0));
      if (!overview.oldest_due || due < *overview.oldest_due) overview.oldest_due = due;
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  {
    Query q = db.Prepare(
        "SELECT name, subject, since, count, until_seen FROM alarm ORDER BY since, name, subject");
    while (q.Step()) {
      overview.alarms.push_back({std::string(q.Text(0)), std::string(q.Text(1)),
                                 WallFromMillis(q.Int(2)), q.Int(3), q.Bool(4)});
    }
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  Result<std::vector<ReplayJob>> replays = OpenReplays(db);
  if (!replays.ok()) return replays.status();
  overview.replays = *std::move(replays);
  {
    Query q = db.Prepare("SELECT max(id) FROM history");
    if (q.Step()) overview.last_event = q.Int(0);
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  const Result<std::int64_t> sent = SentSince(db, now - Millis(60'000));
  if (!sent.ok()) return sent.status();
  overview.sent_last_minute = *sent;
  return overview;
}

}  // namespace utboks::rows
