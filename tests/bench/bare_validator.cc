#include "tests/bench/bare_validator.h"

#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/XMLUni.hpp>

namespace utboks::bench::bare {

using xerces::XMLUni;

Validator::Validator(const std::string& schema)
    : pool_(std::make_unique<xerces::XMLGrammarPoolImpl>()) {
  reader_.reset(xerces::XMLReaderFactory::createXMLReader(xerces::XMLPlatformUtils::fgMemoryManager,
                                                          pool_.get()));
  reader_->setErrorHandler(&faults_);
  reader_->setContentHandler(&faults_);
  reader_->setFeature(XMLUni::fgXercesSchema, true);
  reader_->setFeature(XMLUni::fgXercesSchemaFullChecking, true);
  reader_->loadGrammar(schema.c_str(), xerces::Grammar::SchemaGrammarType, true);
  pool_->lockPool();
  limits_.setEntityExpansionLimit(1);
  reader_->setProperty(XMLUni::fgXercesScannerName, const_cast<XMLCh*>(XMLUni::fgSGXMLScanner));
  reader_->setProperty(XMLUni::fgXercesSecurityManager, &limits_);
  reader_->setFeature(XMLUni::fgSAX2CoreNameSpaces, true);
  reader_->setFeature(XMLUni::fgSAX2CoreValidation, true);
  reader_->setFeature(XMLUni::fgXercesDynamic, false);
  reader_->setFeature(XMLUni::fgXercesUseCachedGrammarInParse, true);
  reader_->setFeature(XMLUni::fgXercesLoadSchema, false);
}

bool Validator::Valid(std::string_view document) {
  faults_.count = 0;
  static const XMLCh name[] = u"document";
  xerces::MemBufInputSource source(reinterpret_cast<const XMLByte*>(document.data()),
                                   document.size(), name, false);
  source.setCopyBufToStream(false);
  source.setEncoding(XMLUni::fgUTF8EncodingString);
  reader_->parse(source);
  return faults_.count == 0;
}

}  // namespace utboks::bench::bare
