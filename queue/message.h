// The plain data of the store's interface: what goes in, what is claimed, what
// is settled, what is seen.  No behaviour.  Texts that could name a person are
// SensitiveText; the store seals them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/base/secret.h"
#include "queue/base/status.h"
#include "queue/gate.h"
#include "queue/outcome.h"
#include "queue/replay_job.h"
#include "queue/state.h"

namespace utboks {

// ---- in ----

struct NewAttachment {
  SensitiveText name;  // multipartnavn
  std::string type;    // content type
  SharedText bytes;    // tens of megabytes at most; a copy of the row shares them
};

// The document that comes in the place of one that the register would not have.
struct Correction {
  Uuid of{};            // held or rejected, and never without an answer; it becomes cancelled
  bool behind = false;  // also where it can only go after those that wait for `of`
  SensitiveText why;
};

// Why our own validation would not have a document, to be kept with it.
struct Refusal {
  std::string reason;     // queue/reason.h
  SensitiveText details;  // JSON: {code, text, violations, more}
};

struct NewRow {
  std::string ressurs;
  SensitiveText document;  // the bytes that are sent, unchanged for ever
  std::vector<NewAttachment> attachments;
  SensitiveText identifikator;            // avsendersMeldingsidentifikator, byte for byte
  SensitiveText saksreferanse;            // avsendersSaksreferanse; "" = none
  std::string edition;                    // the contract's edition that accepted it
  std::string schema_hash;                // and the content hash of its schema
  std::vector<SensitiveText> order_keys;  // persons, or what --order-key gave; none = no order
  std::optional<WallTime> not_before;
  std::string actor;  // "cli:USER", "http:TOKEN", "amqp", "sql:ROLE"
  std::optional<Correction> corrects;
  SensitiveText correlation;  // the caller's own, told with each event; 255 bytes, "" = none
  // Nobody waits for the answer: what is refused is kept as rejected, and its event tells it.
  bool answer_later = false;
  std::optional<Refusal> refusal;  // it was found wanting already; with answer_later
  // Of a row that was put in by SQL: it is gone when the message is there.
  std::optional<std::int64_t> received;
  std::optional<Uuid> id;  // what it is known by already; else it gets one
};

struct Inserted {
  Status status;  // kExists: the identifier is taken by other bytes; kNotFound: `received` is
                  // not there any more, another worker has taken it in
  Uuid id{};      // the message's, also where it was there before
  State state = State::kDue;
  bool is_new = false;
  bool passed = false;  // a correction: those that waited for the other go before it
  bool kept = false;    // refused, and stored as rejected: `id` is its own
};

enum class InsertMode { kEachAlone, kAllOrNone };

// ---- out to the register ----

struct Room {
  std::string ressurs;
  int rows = 0;  // window − in flight
  // What Claimed.openings said of it last.  When it has opened since, it gives no
  // rows: `rows` is of a window from before, and the flood is not how to begin.
  std::optional<std::int64_t> openings = std::nullopt;
};

struct Lease {
  MessageSeq seq = 0;
  Uuid id{};
  std::string ressurs;
  std::int64_t attempt = 0;  // also the token: another claim has another attempt
  bool gates_open = true;
  bool others_tried = false;
  // Where a store has several workers: when the last byte must be there, or the message
  // may be another's.  Not begun by then it is handed back.
  std::optional<SteadyTime> until = std::nullopt;
};

struct Claimed {
  std::vector<Lease> rows;
  // When Claim can give more than it did, were nothing to change: a due time, a
  // token, not_before.  Nothing: only a change of the store can.
  std::optional<WallTime> ask_again;
  // When the next probe is due at any gate; ClaimProbe then.
  std::optional<WallTime> next_probe;
  // How often the gate of each resource asked for, and the site's with it, have
  // opened: a number that grew means slow start for that window.
  std::vector<std::pair<std::string, std::int64_t>> openings;
};

struct Probe {
  std::string gate;              // "" is the site
  std::string ressurs;           // the resource to ask HEAD of; "" when none is known yet
  Gate state;                    // as the claim left it: probes and openings are the token
  std::optional<Lease> message;  // to send after HEAD
  bool nothing_waits = false;    // no message waits at all: HEAD alone decides
};

// Whether HEAD may be asked of a resource now, to learn what it answers.
struct HeadTurn {
  bool ask = false;               // yes, and a token was taken for it
  std::optional<WallTime> again;  // not now, but then; neither: it is not to be asked
};

struct Payload {
  std::string ressurs;
  SensitiveText identifikator;
  SensitiveText document;
  std::vector<NewAttachment> attachments;
};

struct Settlement {
  Lease lease;
  Outcome outcome;
};

// ---- seen ----

// Why a message that is not final does not move.
struct WaitsFor {
  enum class Kind { kNothing, kTime, kHead, kGate, kRate, kPerson } kind = Kind::kNothing;
  std::optional<WallTime> until;  // kTime
  Uuid head{};                    // kHead: the first message before it in a key, or the
                                  // follower that it was told to go after
  std::string gate;               // kGate: "" is the site
};

struct MessageView {
  MessageSeq seq = 0;
  Uuid id{};
  SensitiveText identifikator;
  std::string ressurs;
  std::string edition;
  State state = State::kDue;
  std::string reason;
  WaitsFor waits_for;
  WallTime received{};
  std::optional<WallTime> due;
  int attempts = 0;
  bool unanswered = false;
  std::string reference;                      // folkeregisterReferanse
  std::optional<Uuid> replaces, replaced_by;  // a correction, and what it corrects
  SensitiveText refusal;                      // JSON, where our own validation refused it
};

struct AttemptView {
  std::int64_t id = 0;
  WallTime started{};
  std::optional<WallTime> ended;
  AttemptResult result = AttemptResult::kOpen;
  bool counted = false;
  bool probe = false;
  int http_status = 0;
  std::string reason;
  std::string feilkode;
  std::string support_id;
  std::string retry_after;
  std::string worker;
  SensitiveText answer;  // only where content was asked for
};

// A row of the history: the event stream's unit.
struct EventView {
  std::int64_t id = 0;
  WallTime at{};
  std::string event;  // queued, rejected, retry, in_doubt, accepted, held, released, replayed, …
  Uuid message{};
  SensitiveText identifikator;
  std::string ressurs;
  std::optional<State> from;
  State to = State::kDue;
  std::string reason;
  std::string actor;
  SensitiveText why;
  std::string reference;
  SensitiveText correlation;  // what its caller gave it
  SensitiveText refusal;      // JSON, of a document that our own validation refused
};

struct Filter {
  std::vector<State> states;  // empty = all
  std::string ressurs;
  std::string reason;
  std::optional<WallTime> since, until;  // arrival
  bool blocked = false;                  // only those that wait for a head
  int limit = 100;                       // 0 = all
  std::optional<MessageSeq> below;       // page: only older than this one
};

struct AlarmView {
  std::string name;
  std::string subject;  // a resource, or ""
  WallTime since{};
  std::int64_t count = 0;
  bool until_seen = false;  // stands until acknowledged
};

struct AlarmChange {
  std::string name;
  std::string subject;
  bool raised = false;  // else it is over
};

struct Overview {
  std::vector<std::pair<State, std::int64_t>> states;
  std::optional<WallTime> oldest_due;  // of those that could go now
  std::vector<Gate> gates;
  std::vector<AlarmView> alarms;
  std::int64_t last_event = 0;
  std::int64_t sent_last_minute = 0;
  std::vector<ReplayJob> replays;  // that run, or have stopped and wait for a person
};

// ---- acts ----

enum class Decision { kHold, kRelease, kReplay, kCancel, kClose };

struct Act {
  Decision decision = Decision::kHold;
  std::vector<Uuid> ids;
  std::string actor;
  SensitiveText why;
  bool may_be_registered = false;  // cancel: also in doubt or ever unanswered
  bool again = false;              // replay: also accepted, closed
  bool after_followers = false;    // replay: although a follower has been sent since
  // release, replay: what validated it again just now; empty leaves them as they are
  std::string edition, schema_hash;
  std::string job;  // replay: the job it is part of, as the history names it
};

struct Acted {
  Uuid id{};
  State from = State::kDue, to = State::kDue;
  Status status;  // kBusy: being sent; kConflict: not from this state; kNotFound
};

}  // namespace utboks
