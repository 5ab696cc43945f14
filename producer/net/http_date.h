// The dates of HTTP (RFC 9110 §5.6.7), in its three forms.  Pure.
#pragma once

#include <optional>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks {

// "Sun, 06 Nov 1994 08:49:37 GMT", and the two obsolete forms.  The name of the
// day is not checked.  Nothing for anything else.
std::optional<WallTime> ParseHttpDate(std::string_view text);

}  // namespace utboks
