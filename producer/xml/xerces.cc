#include "producer/xml/xerces.h"

#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/SynchronizedStringPool.hpp>
#include <xercesc/util/XMLNetAccessor.hpp>
#include <xercesc/validators/schema/SchemaGrammar.hpp>

#include <atomic>

namespace utboks::xml {
namespace {
std::atomic<std::uint64_t> refused_requests{0};
}  // namespace

void UseXerces() {
  static const bool initialised = [] {
    xerces::XMLPlatformUtils::Initialize();
    delete xerces::XMLPlatformUtils::fgNetAccessor;
    xerces::XMLPlatformUtils::fgNetAccessor = nullptr;
    return true;
  }();
  static_cast<void>(initialised);
}

RefusingResolver& RefusingResolver::Instance() {
  static RefusingResolver instance;
  return instance;
}

xerces::InputSource* RefusingResolver::resolveEntity(xerces::XMLResourceIdentifier*) {
  refused_requests.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

std::uint64_t RefusingResolver::refused() const {
  return refused_requests.load(std::memory_order_relaxed);
}

ReaderGrammarPool::ReaderGrammarPool(xerces::XMLGrammarPool& shared,
                                     const xerces::XMLStringPool& names)
    : XMLGrammarPool(xerces::XMLPlatformUtils::fgMemoryManager),
      shared_(shared),
      known_names_(names.getStringCount()),
      names_(std::make_unique<xerces::XMLSynchronizedStringPool>(&names)) {}

ReaderGrammarPool::~ReaderGrammarPool() = default;

unsigned int ReaderGrammarPool::foreign_names() const {
  return names_->getStringCount() - known_names_;
}

bool ReaderGrammarPool::cacheGrammar(xerces::Grammar*) {
  return false;
}

xerces::Grammar* ReaderGrammarPool::retrieveGrammar(xerces::XMLGrammarDescription* description) {
  return shared_.retrieveGrammar(description);
}

xerces::Grammar* ReaderGrammarPool::orphanGrammar(const XMLCh*) {
  return nullptr;
}

xerces::RefHashTableOfEnumerator<xerces::Grammar> ReaderGrammarPool::getGrammarEnumerator() const {
  return shared_.getGrammarEnumerator();
}

bool ReaderGrammarPool::clear() {
  return false;
}

void ReaderGrammarPool::lockPool() {}

void ReaderGrammarPool::unlockPool() {}

xerces::DTDGrammar* ReaderGrammarPool::createDTDGrammar() {
  return shared_.createDTDGrammar();
}

xerces::SchemaGrammar* ReaderGrammarPool::createSchemaGrammar() {
  return shared_.createSchemaGrammar();
}

xerces::XMLDTDDescription* ReaderGrammarPool::createDTDDescription(const XMLCh* system_id) {
  return shared_.createDTDDescription(system_id);
}

xerces::XMLSchemaDescription* ReaderGrammarPool::createSchemaDescription(const XMLCh* name_space) {
  return shared_.createSchemaDescription(name_space);
}

xerces::XSModel* ReaderGrammarPool::getXSModel(bool& changed) {
  return shared_.getXSModel(changed);
}

xerces::XMLStringPool* ReaderGrammarPool::getURIStringPool() {
  return names_.get();
}

void ReaderGrammarPool::serializeGrammars(xerces::BinOutputStream*) {}

void ReaderGrammarPool::deserializeGrammars(xerces::BinInputStream*) {}

}  // namespace utboks::xml
