// What a call of the library came to, and what the caller does next.
//
// Plain values: copied freely between threads.  A Code names the caller's next move; the
// text says in one English line what happened, to which message, and what to do.  It
// never holds a personal number, a name or anything out of a document, so it may be
// logged.  Texts change from release to release; codes keep their number and meaning.
#ifndef UTBOKS_STATUS_H
#define UTBOKS_STATUS_H

#include <string>

#define UTBOKS_OUTBOX_API __attribute__((visibility("default")))

namespace utboks::outbox {

enum class Code {
  kOk = 0,
  kInvalid = 1,  // refused by the contract: correct the document; the same again gives the same
  kTaken = 2,    // the identifier is another document's: give this one a new identifier
  kLeftOut = 3,  // good, but another of an all-or-none batch was refused: nothing of it stands
  kUnknownRessurs = 4,  // no such ressurs, or none that messages are sent to: correct the call
  kNotFound = 5,        // the store knows no such message (any more)
  kBusy = 6,            // nothing happened; the same again, after a moment
  kFull = 7,            // nothing happened: the store's disk is at its floor; make room, then again
  kUnreachable = 8,     // the database does not answer; the same again, which tells what was stored
  kOutdated = 9,        // the store is of an older version: run `utboks migrate`
  kConfig = 10,         // configuration, keys or contracts do not fit the store: a person must look
  kCorrupt = 11,        // the store cannot be trusted: stop, and restore it
  kAltered = 12,        // what is sealed of this message does not open; others are not concerned
  kInternal = 13,       // a fault of the library; whether it was stored, the same again tells
};

// "invalid", "taken", "left-out": fixed; lives for ever.
UTBOKS_OUTBOX_API const char* CodeName(Code code) noexcept;

struct Status {
  Code code = Code::kOk;
  std::string text;  // "" when ok

  bool ok() const { return code == Code::kOk; }
};

}  // namespace utboks::outbox

#endif
