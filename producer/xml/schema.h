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

#include "producer/xml/schema_source.h"
#include "producer/xml/xerces.h"
#include "queue/base/status.h"

namespace utboks::xml {

class Schema {
 public:
  // Loads `file` of `source` and what it includes or imports; nothing outside the
  // source is opened, and `source` is not used after the call.  kConfig when a file
  // is missing or wrong: the text names file and line.  kBusy: out of memory.
  static Result<std::shared_ptr<const Schema>> Load(const SchemaSource& source,
                                                    const std::string& file);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // SHA-256, in hexadecimal, of the bytes of the file followed by those of each
  // file it includes, each once, in the order of first mention.
  const std::string& hash() const { return hash_; }
  // Those files, in that order.
  const std::vector<std::string>& files() const { return files_; }
  // True when some element of the schema has this local name.
  bool Knows(std::u16string_view element) const { return elements_.contains(element); }
  // True when a document's root may be the element `root` of `name_space`.
  bool HasRoot(std::string_view root, std::string_view name_space) const;
  // True when `path` ("innsending/kildesystem") leads down from it.
  bool HasPath(std::string_view root, std::string_view name_space, std::string_view path) const;

  std::unique_ptr<ReaderGrammarPool> MakeReaderPool() const;

 private:
  Schema();
  void Settle();
  xerces::SchemaElementDecl* FindRoot(std::string_view root, std::string_view name_space) const;

  std::unique_ptr<xerces::XMLGrammarPoolImpl> pool_;
  const xerces::XMLStringPool* names_ = nullptr;
  std::unordered_set<std::u16string_view> elements_;  // views into the grammars
  std::string hash_;
  std::vector<std::string> files_;
};

}  // namespace utboks::xml
