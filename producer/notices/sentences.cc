#include "producer/notices/sentences.h"

#include <algorithm>
#include <utility>

#include "producer/notices/plain_text.h"
#include "queue/base/utf8.h"

namespace utboks {
namespace {

constexpr std::size_t kMostRead = std::size_t{8} * 1024;

// Bytes of the letter or digit that `text` begins with; 0 when it is neither.
std::size_t WordCharLength(std::string_view text) {
  const char c = text[0];
  const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  if (plain) return 1;
  const std::size_t size = Utf8SequenceLength(text);
  // U+0080 to U+00BF and U+2000 on are signs: dashes, quotes, dots.
  return size < 2 || c == '\xC2' || c == '\xE2' ? 0 : size;
}

// Whether `text` begins with a capital: A to Z, or À to Þ.
bool BeginsWithCapital(std::string_view text) {
  if (text.empty()) return false;
  if (text[0] >= 'A' && text[0] <= 'Z') return true;
  return text.size() > 1 && text[0] == '\xC3' && static_cast<unsigned char>(text[1]) >= 0x80 &&
         static_cast<unsigned char>(text[1]) <= 0x9E;
}

bool EndsSentence(std::string_view text, std::size_t at) {
  if (text[at] == '\n') return true;
  if (text[at] != '.' && text[at] != '!' && text[at] != '?') return false;
  std::string_view rest = text.substr(at + 1);
  if (rest.empty() || rest[0] == '\n') return true;
  if (rest[0] != ' ') return false;
  rest.remove_prefix(1);
  return text[at] != '.' || rest.empty() || BeginsWithCapital(rest);
}

bool Fits(std::string_view word, std::string_view pattern) {
  const bool open_front = pattern.starts_with('*');
  if (open_front) pattern.remove_prefix(1);
  const bool open_back = pattern.ends_with('*');
  if (open_back) pattern.remove_suffix(1);
  if (open_front && open_back) return word.find(pattern) != std::string_view::npos;
  if (open_front) return word.ends_with(pattern);
  if (open_back) return word.starts_with(pattern);
  return word == pattern;
}

bool StandsAt(const Sentence& sentence, std::size_t at, std::string_view phrase) {
  while (!phrase.empty()) {
    const std::size_t end = std::min(phrase.find(' '), phrase.size());
    if (at == sentence.words.size() || !Fits(sentence.words[at], phrase.substr(0, end))) {
      return false;
    }
    phrase.remove_prefix(std::min(end + 1, phrase.size()));
    ++at;
  }
  return true;
}

}  // namespace

std::vector<Sentence> SentencesOf(std::string_view lines) {
  lines = lines.substr(0, kMostRead);
  std::vector<Sentence> sentences(1);
  std::string word;
  char last = 0;  // the last character of the sentence that is no blank
  const auto end_word = [&] {
    if (!word.empty()) sentences.back().words.push_back(LowerNorwegian(word));
    word.clear();
  };
  const auto end_sentence = [&] {
    end_word();
    sentences.back().unfinished = last == ':';
    if (!sentences.back().words.empty()) sentences.emplace_back();
    last = 0;
  };
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (const std::size_t size = WordCharLength(lines.substr(at)); size > 0) {
      word += lines.substr(at, size);
      at += size - 1;
      last = lines[at];
      continue;
    }
    end_word();
    if (EndsSentence(lines, at)) {
      end_sentence();
    } else if (lines[at] != ' ') {
      last = lines[at];
    }
  }
  end_sentence();
  if (sentences.back().words.empty()) sentences.pop_back();
  return sentences;
}

std::optional<std::size_t> FindPhrase(const Sentence& sentence,
                                      std::initializer_list<std::string_view> phrases) {
  for (std::size_t at = 0; at < sentence.words.size(); ++at) {
    for (const std::string_view phrase : phrases) {
      if (StandsAt(sentence, at, phrase)) return at;
    }
  }
  return std::nullopt;
}

bool AnySays(const std::vector<Sentence>& sentences,
             std::initializer_list<std::string_view> phrases) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const Sentence& sentence) { return Says(sentence, phrases); });
}

}  // namespace utboks
