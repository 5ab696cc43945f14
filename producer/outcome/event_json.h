// An event of the history as others are told it: one shape, version 1, which
// schemas/outcome-event.schema.json describes.  Pure.
//
// A version is for ever: what is in it keeps its name and meaning, fields may be
// added; anything else is version 2 beside it.
#pragma once

#include <string>

#include "queue/base/json.h"
#include "queue/message.h"
#include "queue/receivers.h"

namespace utboks {

// Whose ids they are, in one word: "STORE.EPOCH".
std::string StreamText(const StreamName& stream);

// Names no person and holds nothing of a document: a caller's identifier is masked, and
// the reasons people gave are left out.
JsonObject EventJson(const EventView& event, const StreamName& stream);

}  // namespace utboks
