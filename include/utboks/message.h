// What goes into the outbox, and what is seen of it.  Plain values.
//
// Norwegian names are the register's own (Folkeregisteret, "Innsending av meldinger").
// Texts are UTF-8, bytes are sent as they are.  Fields marked PERSONAL may name a person
// or hold a personal number: they belong into no log, metric or file name.
#ifndef UTBOKS_MESSAGE_H
#define UTBOKS_MESSAGE_H

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <utboks/status.h>

namespace utboks::outbox {

// UTC; the store keeps whole milliseconds.
using Time = std::chrono::system_clock::time_point;

// ---- in ----

struct Attachment {
  std::string name;   // multipartnavn, as the document names it.  PERSONAL
  std::string type;   // media type; "" = what the ending of `name` says
  std::string bytes;  // of all together at most [intake] max_attachments
};

struct Document {
  std::string ressurs;  // "doedsfall_v1"
  std::string bytes;    // the XML that is sent, unchanged; at most [intake] max_document.  PERSONAL
  std::vector<Attachment> attachments = {};  // in any order: they are sent in the document's
  // Messages that share a key go in the order they came.  Left out: the persons whom the
  // contract's catalogue marks; an empty list: no order.  Each kept as a keyed hash.  PERSONAL
  std::optional<std::vector<std::string>> order_keys = std::nullopt;
  std::optional<Time> not_before = std::nullopt;  // not sent earlier
};

enum class Batch {
  kEachAlone,  // the good ones are stored, 64 in a commit, in the order given
  kAllOrNone,  // one commit, or nothing
};

// One thing that is wrong with a document.  Nothing in it is out of the document.
struct Violation {
  std::string rule;          // fixed: "pattern", "identifier-missing"
  int line = 0, column = 0;  // from 1, columns in characters; 0: the document as a whole
  std::string path;          // from the root: "/meldingOmDoedsfall/innsending"
  std::string text;          // one English sentence
  bool warning = false;      // told, and the document is taken
};

// ---- seen ----

// The numbers are the store's and never change.  Final: closed, rejected, cancelled.
enum class State {
  kReceived = 0,   // put in by SQL, not yet validated
  kDue = 1,        // waits to be sent
  kSending = 2,    // a worker has it
  kInDoubt = 3,    // sent, and no answer came
  kHeld = 4,       // waits for a person
  kAccepted = 5,   // the register has given a receipt
  kClosed = 6,     // done
  kRejected = 7,   // refused by the register
  kCancelled = 8,  // taken back by a person
};

// "in_doubt": the name that `utboks list` shows; fixed; lives for ever.
UTBOKS_OUTBOX_API const char* StateName(State state) noexcept;

// Of one document that was handed in.
struct Answer {
  // Ok: stored and synced to disk, or there already.  The codes: <utboks/status.h>.
  Status status;
  std::string id;             // UUID; of kTaken that of the message that has the identifier
  std::string identifikator;  // avsendersMeldingsidentifikator; "" where it was not found. PERSONAL
  std::string edition;        // of the contract: "1.2"; "" where none took it
  State state = State::kDue;  // now; of a message that was there, wherever it has come to
  bool is_new = false;        // false with ok: the same bytes were handed in before
  std::vector<Violation> violations;  // why it was refused; of one that was taken, warnings
  std::size_t more_violations = 0;    // beyond those listed
};

struct Message {
  std::string id;             // UUID
  std::string identifikator;  // avsendersMeldingsidentifikator.  PERSONAL
  std::string ressurs, edition;
  State state = State::kDue;
  std::string reason;  // why held, rejected or failing: "http-413", or the register's feilkode
  Time received;
  std::optional<Time> due;  // when it is tried next, where that is known
  int attempts = 0;         // requests begun
  bool unanswered = false;  // one was never answered: it may stand in the register
  std::string reference;    // folkeregisterReferanse, once accepted
};

}  // namespace utboks::outbox

#endif
