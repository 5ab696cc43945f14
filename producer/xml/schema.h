// One edition's schema, loaded: what documents are held against.
//
// Everything in it is const after Load, and whatever Xerces would make lazily has
// been made, so any number of readers on any number of threads may use it.  Only
// producer/xml includes this header.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "producer/xml/xerces.h"
#include "queue/base/status.h"

namespace utboks::xml {

class Schema {
 public:
  // Loads `file` of folder `dir` and what it includes; nothing outside `dir` is
  // opened.  kConfig when a file is missing or wrong: the text names file and line.
  static Result<std::shared_ptr<const Schema>> Load(const std::string& dir,
                                                    const std::string& file);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // SHA-256, in hexadecimal, of the bytes of the file followed by those of each
  // file it includes, each once, in the order of first mention.
  const std::string& hash() const { return hash_; }
  // True when some element of the schema has this local name.
  bool Knows(std::u16string_view element) const { return elements_.contains(element); }
  // True when `path` ("innsending/kildesystem") leads from the element `root` down.
  bool HasPath(std::string_view root, std::string_view path) const;

  std::unique_ptr<ReaderGrammarPool> MakeReaderPool() const;

 private:
  Schema();
  void Settle();

  std::unique_ptr<xerces::XMLGrammarPoolImpl> pool_;
  const xerces::XMLStringPool* names_ = nullptr;
  std::unordered_set<std::u16string_view> elements_;  // views into the grammars
  std::string hash_;
};

}  // namespace utboks::xml
