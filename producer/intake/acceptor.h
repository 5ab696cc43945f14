// THE way in: every message comes through here, whoever hands it in.
//
// Parses and validates each document (producer/xml), and puts the good ones into
// the store, many in one commit.  A refused document takes no identifier; it leaves no
// trace, unless nobody waits for the answer: then it is kept.  An Acceptor is safe for many
// threads; the validator and the store must outlive it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "producer/xml/validator.h"
#include "queue/base/secret.h"
#include "queue/base/status.h"
#include "queue/store.h"

namespace utboks {

struct Incoming {
  std::string label;  // as the caller names it: a path, "-"
  std::string ressurs;
  SensitiveText document;
  std::vector<NewAttachment> attachments;  // in any order: they are kept in the document's
  // Replaces the persons that the catalogue marks.  Blank keys are dropped and each
  // counts once; none left is no order.
  std::optional<std::vector<SensitiveText>> order_keys;
  std::optional<WallTime> not_before;
  std::string actor;
  // It comes in the place of a message.  kConflict, kBusy: that one may be registered, or
  // is being sent, or others would go before the correction.
  std::optional<Correction> corrects;
  // Nobody waits for the answer: what is refused is kept as rejected, and its event tells
  // the caller, by its own `correlation`.  With InsertMode::kEachAlone.
  bool answer_later = false;
  SensitiveText correlation;
  Status refused;                        // not ok: it is to be kept without another look, for this
  std::optional<std::int64_t> received;  // see NewRow
  std::optional<Uuid> id;
};

struct Answer {
  std::string label;
  // Ok: stored, or there already.  kInvalid: see `violations`.  kExists: the
  // identifier is taken by other bytes.  kUsage: unknown ressurs.  kBusy, kFull:
  // nothing happened, hand it in again.  kCancelled: good, but left out because
  // another of the batch was refused (all-or-none).  `inserted.kept`: refused, and stored.
  Status status;
  Inserted inserted;  // where status is ok or it is kept, and of kExists the one that has it
  SensitiveText identifikator;
  std::string edition;
  std::vector<Violation> violations;  // of one that is taken, warnings
  std::size_t more_violations = 0;
};

class Acceptor {
 public:
  Acceptor(const Validator& validator, Intake& store) : validator_(validator), store_(store) {}

  // One answer per document, in order.  kEachAlone: the good ones are stored in
  // groups, and `each` is told of each answer once it is final (after its commit);
  // when the store fails, what follows is not tried (the same code, and a text that
  // says so): it could overtake what failed.  kAllOrNone: one refused and nothing is
  // stored; where an identifier is taken, each has kExists, and the text names the
  // message that has it.
  std::vector<Answer> Accept(std::span<const Incoming> batch, InsertMode mode,
                             const std::function<void(const Answer&)>& each = {});

  // So many documents go into one commit, and while they do the next are looked at: who has
  // more than these hands them in together.
  static constexpr std::size_t kGroup = 64;

 private:
  bool Check(const Incoming& incoming, Answer& answer, NewRow& row) const;
  // Whether it is to be stored as what was refused.
  bool Keep(const Incoming& incoming, const Answer& answer, NewRow& row) const;
  // Documents that were looked at, and the rows of those that are to be stored.
  struct Group {
    std::vector<Answer> answers;
    std::vector<NewRow> rows;
    std::vector<std::size_t> places;  // of each row: which answer is its
  };
  Group CheckAll(std::span<const Incoming> batch, InsertMode mode) const;
  Status Store(Group& group, InsertMode mode);
  std::vector<Answer> AcceptAll(std::span<const Incoming> batch);

  const Validator& validator_;
  Intake& store_;
};

}  // namespace utboks
