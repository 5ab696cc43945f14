// A notice's text as words, and a small language to ask for some of them.  Pure.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace utboks {

// One sentence, or one line: its words in small letters, without punctuation.
struct Sentence {
  std::vector<std::string> words;
  bool unfinished = false;  // ends with a colon: a heading, or a form not filled in
};

// Of lines as PlainLines gives them.  A full stop ends a sentence only where a capital
// letter, or nothing, follows: "kl. 11:10" and "23. november" go on.  Reads at most the
// first 8 kB: what a notice says it says soon.
std::vector<Sentence> SentencesOf(std::string_view lines);

// A phrase is words with a blank between; "*" at a word's beginning or end stands for
// any letters: "*problem*", "vår* tjenest*".
// Where the first of `phrases` that stands in the sentence begins; nothing: none does.
std::optional<std::size_t> FindPhrase(const Sentence& sentence,
                                      std::initializer_list<std::string_view> phrases);
inline bool Says(const Sentence& sentence, std::initializer_list<std::string_view> phrases) {
  return FindPhrase(sentence, phrases).has_value();
}
bool AnySays(const std::vector<Sentence>& sentences,
             std::initializer_list<std::string_view> phrases);

}  // namespace utboks
