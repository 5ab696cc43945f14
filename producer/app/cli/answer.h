// What became of a document that was handed in, as `enqueue` and `replay --edit` tell it.
#pragma once

#include "producer/app/console.h"
#include "producer/intake/acceptor.h"

namespace utboks::app {

// `replaced`: the message that it corrects, if any.
void TellAnswer(const Answer& answer, Console& console,
                const std::optional<Uuid>& replaced = std::nullopt);

}  // namespace utboks::app
