// A document named on the command line.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "queue/base/status.h"

namespace utboks::app {

// The bytes of `path`, or of `in` where it is "-"; at most `most` + 1 of them, so
// that the door sees what is too large without all of it being read.  kUnreadable,
// with a text that begins with the path, when it cannot be opened or read.
Result<std::string> ReadDocument(const std::string& path, std::istream& in, std::size_t most);

}  // namespace utboks::app
