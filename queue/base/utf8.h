// The shape of UTF-8.  Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace utboks {

// Bytes of the well-formed sequence at the start of `text` (1 to 4); 0 when there
// is none, or when `text` is empty.
std::size_t Utf8SequenceLength(std::string_view text);

}  // namespace utboks
