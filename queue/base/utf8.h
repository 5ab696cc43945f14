// The shape of UTF-8.  Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace utboks {

// Bytes of the well-formed sequence at the start of `text` (1 to 4); 0 when there
// is none, or when `text` is empty.
std::size_t Utf8SequenceLength(std::string_view text);

// Whether `text` begins with a control character: C0, DEL, or C1 as UTF-8 has it.
bool BeginsWithControl(std::string_view text);

// `code_point` is at most U+10FFFF.
void AppendUtf8(std::uint32_t code_point, std::string* out);

}  // namespace utboks
