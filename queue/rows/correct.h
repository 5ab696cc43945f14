// A corrected document comes in the place of a message that the register would not have
// (queue/message.h, Correction).
//
// Order is seq.  Where others wait behind the old message, the new one takes its seq, and
// the old one, which is cancelled and stands in no key any more, a new one: so nobody
// goes before the correction who waited for what it corrects.
#pragma once

#include <optional>

#include "queue/rows/insert.h"
#include "queue/rows/work.h"

namespace utboks::rows {

struct Succession {
  Status refused;         // then nothing was changed
  MessageSeq seq = 0;     // the correction's
  bool in_place = false;  // it is the old one's: others wait behind it
  bool passed = false;    // it goes after those that waited
};

// Cancels the message that `row` corrects and makes room for `row`.  `next` is the seq of
// the next message, which one of the two takes.
Result<Succession> MakeWay(Work& work, const SealedRow& row, MessageSeq next);

Status LinkCorrection(Connection& db, const Uuid& corrected, const Uuid& old);
struct CorrectionLinks {
  std::optional<Uuid> replaces, replaced_by;
};
Result<CorrectionLinks> LinksOf(Connection& db, const Uuid& id);

}  // namespace utboks::rows
