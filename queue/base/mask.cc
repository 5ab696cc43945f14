#include "queue/base/mask.h"

#include <algorithm>
#include <cstddef>

namespace utboks {
namespace {

constexpr std::size_t kPersonalNumberDigits = 11;
constexpr std::size_t kDateDigits = 6;
// 32 hexadecimal digits are a UUID without hyphens, 40 and 64 are hashes.
constexpr std::size_t kShortestHash = 32;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool AllHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsHex);
}

// Where the digits that begin at `begin` end.
std::size_t EndOfDigits(std::string_view text, std::size_t begin) {
  while (begin < text.size() && IsDigit(text[begin])) ++begin;
  return begin;
}

// Whether `word`, letters and digits, which begins at `begin`, is the last group of
// a UUID or a hash.
bool IsMachineMade(std::string_view text, std::size_t begin, std::string_view word) {
  if (!AllHex(word)) return false;
  if (word.size() >= kShortestHash) return true;
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-";
  if (word.size() != 12 || begin < kForm.size()) return false;
  const std::string_view before = text.substr(begin - kForm.size(), kForm.size());
  return std::equal(before.begin(), before.end(), kForm.begin(),
                    [](char c, char form) { return form == '-' ? c == '-' : IsHex(c); });
}

// Day (1 to 31, or 40 more) and month (1 to 12, or 40, 65 or 80 more) of a person's
// number of any kind.
bool CouldBeDate(std::string_view digits) {
  const int day = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int month = (digits[2] - '0') * 10 + (digits[3] - '0');
  const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
  return (within(day, 1, 31) || within(day, 41, 71)) &&
         (within(month, 1, 12) || within(month, 41, 52) || within(month, 66, 77) ||
          within(month, 81, 92));
}

}  // namespace

std::string MaskNumbers(std::string_view text) {
  const auto joins = [](char c) { return IsLetter(c) || c == '-'; };
  std::string masked(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = EndOfDigits(text, at);
    const bool alone =
        (at == 0 || !joins(text[at - 1])) && (end == text.size() || !joins(text[end]));
    if (end - at == kPersonalNumberDigits && alone) masked.replace(at, end - at, end - at, '*');
    at = std::max(end, at + 1);
  }
  return masked;
}

std::string MaskIdentifier(std::string_view identifier) {
  std::string masked(identifier);
  const auto mask = [&](std::size_t begin, std::size_t end) {
    masked.replace(begin, end - begin, end - begin, '*');
  };
  std::size_t word = 0;  // where the letters and digits around `at` begin
  for (std::size_t at = 0; at < identifier.size();) {
    if (!IsDigit(identifier[at])) {
      if (!IsLetter(identifier[at])) word = at + 1;
      ++at;
      continue;
    }
    const std::size_t end = EndOfDigits(identifier, at);
    std::size_t word_end = end;
    while (word_end < identifier.size() &&
           (IsDigit(identifier[word_end]) || IsLetter(identifier[word_end]))) {
      ++word_end;
    }
    if (end - at == kPersonalNumberDigits &&
        !IsMachineMade(identifier, word, identifier.substr(word, word_end - word))) {
      mask(at, end);
    }
    constexpr std::string_view kSeparators = " -._";
    if (end - at == kDateDigits && end < identifier.size() &&
        kSeparators.find(identifier[end]) != std::string_view::npos &&
        CouldBeDate(identifier.substr(at, kDateDigits))) {
      const std::size_t rest = EndOfDigits(identifier, end + 1);
      if (rest - (end + 1) == kPersonalNumberDigits - kDateDigits) {
        mask(at, end);
        mask(end + 1, rest);
      }
    }
    at = end;
  }
  return masked;
}

}  // namespace utboks
