#include "tests/fuzz/vocabulary.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace utboks::fuzz {
namespace {

// Letters, digits and whatever is beyond ASCII.
bool IsOfWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The next word from `at` on; length 0: there is none.
Vocabulary::Span NextWord(std::string_view text, std::size_t at) {
  while (at < text.size() && !IsOfWord(text[at])) ++at;
  std::size_t end = at;
  while (end < text.size() && IsOfWord(text[end])) ++end;
  return {at, end - at};
}

}  // namespace

void Vocabulary::AddFolder(const std::string& folder, std::string_view ending) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ending) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    AddText(std::string(std::istreambuf_iterator<char>(file), {}));
  }
}

void Vocabulary::AddText(std::string_view text) {
  for (Span word = NextWord(text, 0); word.length > 0;
       word = NextWord(text, word.at + word.length)) {
    words_.emplace(text.substr(word.at, word.length));
  }
}

Vocabulary::Span Vocabulary::FirstUnknown(std::string_view text) const {
  for (Span word = NextWord(text, 0); word.length > 0;
       word = NextWord(text, word.at + word.length)) {
    if (!words_.contains(text.substr(word.at, word.length))) return word;
  }
  return {};
}

}  // namespace utboks::fuzz
