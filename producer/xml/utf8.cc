#include "producer/xml/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "queue/base/utf8.h"

namespace utboks::xml {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

std::uint64_t Word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

std::optional<BadByte> FindBadByte(std::string_view text) {
  const char* const begin = text.data();
  const std::size_t size = text.size();
  std::size_t bad_encoding = size;
  std::size_t bad_character = size;
  if (const void* nul = size == 0 ? nullptr : std::memchr(begin, 0, size)) {
    bad_character = static_cast<std::size_t>(static_cast<const char*>(nul) - begin);
  }
  std::size_t at = 0;
  while (at < bad_character) {
    while (at + 32 <= size && ((Word(begin + at) | Word(begin + at + 8) | Word(begin + at + 16) |
                                Word(begin + at + 24)) &
                               kHighBits) == 0) {
      at += 32;
    }
    while (at < size && static_cast<unsigned char>(begin[at]) < 0x80) ++at;
    if (at >= size) break;
    const auto* sequence = reinterpret_cast<const unsigned char*>(begin + at);
    const std::size_t length = Utf8SequenceLength(text.substr(at));
    if (length == 0) {
      bad_encoding = at;
      break;
    }
    if (length == 3 && sequence[0] == 0xEF && sequence[1] == 0xBF && sequence[2] >= 0xBE) {
      bad_character = std::min(bad_character, at);
      break;
    }
    at += length;
  }
  if (bad_encoding < bad_character) return BadByte{BadByte::Kind::kEncoding, bad_encoding};
  if (bad_character < size) return BadByte{BadByte::Kind::kCharacter, bad_character};
  return std::nullopt;
}

std::string ToUtf8(std::u16string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t unit = text[i];
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    if (high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] <= 0xDFFF) {
      AppendUtf8(0x10000 + ((unit - 0xD800) << 10) + (text[i + 1] - 0xDC00u), &out);
      ++i;
    } else {
      AppendUtf8(unit >= 0xD800 && unit <= 0xDFFF ? 0xFFFD : unit, &out);
    }
  }
  return out;
}

std::u16string ToUtf16(std::string_view ascii) {
  std::u16string out;
  out.reserve(ascii.size());
  for (const char c : ascii) out.push_back(static_cast<char16_t>(static_cast<unsigned char>(c)));
  return out;
}

bool IsBlank(std::string_view utf8) {
  // White_Space beyond ASCII: U+0085, U+00A0, U+1680, U+2000..200A, U+2028, U+2029,
  // U+202F, U+205F, U+3000.
  static constexpr std::array<std::string_view, 19> kWide = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
      "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
      "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
      "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  while (!utf8.empty()) {
    if (utf8[0] == ' ' || (utf8[0] >= '\t' && utf8[0] <= '\r')) {
      utf8.remove_prefix(1);
      continue;
    }
    const auto* wide =
        std::ranges::find_if(kWide, [&](std::string_view w) { return utf8.starts_with(w); });
    if (wide == kWide.end()) return false;
    utf8.remove_prefix(wide->size());
  }
  return true;
}

PlaceFinder::Place PlaceFinder::At(std::size_t offset) {
  offset = std::min(offset, text_.size());
  for (; at_ < offset; ++at_) {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    const bool crlf = byte == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
    if (byte == '\n' || (byte == '\r' && !crlf)) {
      ++place_.line;
      place_.column = 1;
    } else if ((byte & 0xC0) != 0x80) {
      ++place_.column;
    }
  }
  return place_;
}

}  // namespace utboks::xml
