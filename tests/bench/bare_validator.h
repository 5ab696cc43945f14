// What validating costs by itself: Xerces' SAX2 reader, kept, on a loaded schema,
// with the product's features and nothing that listens.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/util/SecurityManager.hpp>

namespace utboks::bench::bare {

namespace xerces = XERCES_CPP_NAMESPACE;

class Validator {
 public:
  // Xerces has been initialised.
  explicit Validator(const std::string& schema);
  bool Valid(std::string_view document);

 private:
  struct Faults : xerces::DefaultHandler {
    void error(const xerces::SAXParseException&) override { ++count; }
    void fatalError(const xerces::SAXParseException&) override { ++count; }
    int count = 0;
  };
  Faults faults_;
  xerces::SecurityManager limits_;
  std::unique_ptr<xerces::XMLGrammarPoolImpl> pool_;
  std::unique_ptr<xerces::SAX2XMLReader> reader_;
};

}  // namespace utboks::bench::bare
