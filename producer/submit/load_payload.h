// What a claimed message is made of, on its way to the register.
#pragma once

#include <optional>

#include "queue/outcome.h"
#include "queue/store.h"

namespace utboks {

// Nothing when the store does not give it, which is logged.  `*outcome` is set when
// it never will, for what is sealed does not open: a person must look, and the
// message has surely not left.  Without, the lease is to be handed back.
std::optional<Payload> LoadPayload(Delivery& store, const Lease& lease,
                                   std::optional<Outcome>* outcome);

}  // namespace utboks
