// Bytes, characters and places in a document.  Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace utboks::xml {

// Where a text stops being UTF-8 of characters that XML 1.0 may hold: an overlong,
// cut or stray byte sequence, a surrogate, a number above U+10FFFF (kEncoding); or
// NUL, U+FFFE, U+FFFF (kCharacter; other control characters are left to the parser).
struct BadByte {
  enum class Kind { kEncoding, kCharacter } kind;
  std::size_t offset;
};
std::optional<BadByte> FindBadByte(std::string_view text);

// Of UTF-16 that is well formed, as the parser's always is; what is not becomes U+FFFD.
std::string ToUtf8(std::u16string_view text);
std::u16string ToUtf16(std::string_view ascii);

// True when there is nothing but white space as Unicode has it.
bool IsBlank(std::string_view utf8);

// Line and column (in characters) of byte offsets that are asked for in rising
// order; reads the text once.
class PlaceFinder {
 public:
  explicit PlaceFinder(std::string_view text) : text_(text) {}
  struct Place {
    int line = 1, column = 1;
  };
  Place At(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
};

}  // namespace utboks::xml
