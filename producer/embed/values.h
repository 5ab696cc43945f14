// The library's values and ours, each as the other.  Pure.
#pragma once

#include <utboks/message.h>
#include <utboks/status.h>

#include <string>

#include "producer/intake/acceptor.h"
#include "queue/base/status.h"
#include "queue/message.h"

namespace utboks::embed {

outbox::Status Public(const Status& status);
outbox::State Public(State state);
outbox::Answer Public(Answer answer);
outbox::Message Public(const MessageView& view);

// Takes the bytes.  An attachment without type gets that of its name's ending.
Incoming Internal(outbox::Document document, const std::string& actor);

}  // namespace utboks::embed
