// Xerces-C++ brought up, and kept from the outside world.  Only producer/xml
// includes this header.
#pragma once

#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/util/XMLEntityResolver.hpp>
#include <xercesc/util/XercesDefs.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace utboks::xml {

namespace xerces = XERCES_CPP_NAMESPACE;
static_assert(std::is_same_v<XMLCh, char16_t>);

// Initialises Xerces once per process and takes its network access away for good:
// an address in a document or a schema can then not even be looked up.  Never
// undone, since readers may live until the process ends.  Any thread, any number
// of times.
void UseXerces();

inline std::u16string_view View(const XMLCh* text) {
  return text == nullptr ? std::u16string_view() : std::u16string_view(text);
}

// Answers every request for something outside the document with nothing.  Each
// is counted, so that a test can say there was none.  Safe for many threads.
class RefusingResolver : public xerces::XMLEntityResolver {
 public:
  static RefusingResolver& Instance();
  xerces::InputSource* resolveEntity(xerces::XMLResourceIdentifier*) override;
  std::uint64_t refused() const;
};

// A locked pool of grammars, seen by one reader.  The pool's own table of
// namespace names is shared by all readers and never shrinks: each unknown name in
// any document would stay in memory.  Here such names go to a table of the
// reader's own, which goes with it.
class ReaderGrammarPool : public xerces::XMLGrammarPool {
 public:
  // `names` is the shared pool's table, const since the pool was locked.
  ReaderGrammarPool(xerces::XMLGrammarPool& shared, const xerces::XMLStringPool& names);
  ~ReaderGrammarPool() override;
  unsigned int foreign_names() const;

  bool cacheGrammar(xerces::Grammar* grammar) override;
  xerces::Grammar* retrieveGrammar(xerces::XMLGrammarDescription* description) override;
  xerces::Grammar* orphanGrammar(const XMLCh* key) override;
  xerces::RefHashTableOfEnumerator<xerces::Grammar> getGrammarEnumerator() const override;
  bool clear() override;
  void lockPool() override;
  void unlockPool() override;
  xerces::DTDGrammar* createDTDGrammar() override;
  xerces::SchemaGrammar* createSchemaGrammar() override;
  xerces::XMLDTDDescription* createDTDDescription(const XMLCh* system_id) override;
  xerces::XMLSchemaDescription* createSchemaDescription(const XMLCh* name_space) override;
  xerces::XSModel* getXSModel(bool& changed) override;
  xerces::XMLStringPool* getURIStringPool() override;
  void serializeGrammars(xerces::BinOutputStream*) override;
  void deserializeGrammars(xerces::BinInputStream*) override;

 private:
  xerces::XMLGrammarPool& shared_;
  const unsigned int known_names_;
  std::unique_ptr<xerces::XMLStringPool> names_;
};

}  // namespace utboks::xml
