#include "queue/base/mask.h"

#include <cstddef>

namespace utboks {
namespace {

constexpr std::size_t kPersonalNumberDigits = 11;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string Mask(std::string_view text, bool hyphen_joins) {
  const auto joins = [&](char c) { return IsLetter(c) || (hyphen_joins && c == '-'); };
  std::string masked(text);
  std::size_t at = 0;
  while (at < text.size()) {
    if (!IsDigit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && IsDigit(text[end])) ++end;
    const bool alone =
        (at == 0 || !joins(text[at - 1])) && (end == text.size() || !joins(text[end]));
    if (end - at == kPersonalNumberDigits && alone) {
      masked.replace(at, kPersonalNumberDigits, kPersonalNumberDigits, '*');
    }
    at = end;
  }
  return masked;
}

}  // namespace

std::string MaskNumbers(std::string_view text) {
  return Mask(text, true);
}

std::string MaskIdentifier(std::string_view identifier) {
  return Mask(identifier, false);
}

}  // namespace utboks
