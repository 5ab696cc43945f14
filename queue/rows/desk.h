// People's acts, and what time does by itself.
#pragma once

#include <string_view>
#include <vector>

#include "queue/message.h"
#include "queue/rows/work.h"
#include "queue/store.h"

namespace utboks::rows {

Result<std::vector<Acted>> DoAct(Work& work, const Act& act);
// One of them.  Not ok when the store failed; a refusal of the act stands in `acted`, and
// then nothing of the row is changed.  The caller writes the gates.
Status ActOnRow(Work& work, const Act& act, const Uuid& id, MessageRow& row, Acted& acted);
Status PauseGateRow(Work& work, std::string_view gate, std::optional<WallTime> until,
                    std::string_view actor, const SensitiveText& why);
Status ResumeGateRow(Work& work, std::string_view gate, std::string_view actor,
                     const SensitiveText& why);
Status AcknowledgeAlarm(Work& work, std::string_view alarm, std::string_view actor,
                        const SensitiveText& why);
Status AuditReadingRow(Work& work, const Uuid& id, std::string_view actor);

// Sealed for the message's history (all zero: a gate's, a job's); "" where there is none.
std::string SealWhy(Work& work, const Uuid& id, const SensitiveText& why);

Result<MessageSeq> SeqOf(Connection& db, const Uuid& id);

}  // namespace utboks::rows
