// Documents that were refused and are kept, since nobody waits for the answer: each is a
// message that is rejected, stands in no keys and holds no identifier.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "queue/message.h"
#include "queue/rows/insert.h"
#include "queue/rows/work.h"

namespace utboks::rows {

Result<Inserted> WriteRefused(Work& work, MessageSeq seq, const SealedRow& row,
                              const Refusal& refusal);
// Its identifier is another's, as `taken` says.
Refusal TakenRefusal(const Status& taken);

// Whether it was never a message that could be sent.
Result<bool> IsRefused(Connection& db, MessageSeq seq);
// What was wrong; nothing where it was not refused.
Result<SensitiveText> ReadRefusal(Connection& db, const Sealer& sealer, MessageSeq seq,
                                  const Uuid& id);
// The newest of those that had this identifier; nothing when none had.
Result<std::optional<MessageSeq>> RefusedUnder(Connection& db, const Digest& identifikator);
Status ForgetRefusal(Connection& db, MessageSeq seq);

// `id` leads to the message from now on.
Status AddAlias(Connection& db, const Uuid& id, MessageSeq seq);
Status ForgetAliases(Connection& db, MessageSeq seq);

// Those of the rows put in by SQL that were there are gone with this transaction.
Result<std::set<std::int64_t>> LeaveInbox(Connection& db, std::span<const std::int64_t> received);
Inserted AnotherHasIt(const Uuid& id);

}  // namespace utboks::rows
