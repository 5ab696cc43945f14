#include "tests/simulator/contracts.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/TransService.hpp>
#include <xercesc/util/XMLUni.hpp>

#include "tests/simulator/catalogue.h"
#include "tests/simulator/form.h"

namespace utboks::simulator {
namespace {

namespace xc = xercesc;

// Nesting costs Xerces more than its square: deeper is no message.
constexpr int kDeepest = 256;

// Started once and never ended: other code in the process may use it too.
void StartXerces() {
  static const bool started = (xc::XMLPlatformUtils::Initialize(), true);
  static_cast<void>(started);
}

std::string Utf8(const XMLCh* text) {
  if (text == nullptr) return {};
  const xc::TranscodeToStr bytes(text, "UTF-8");
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return {reinterpret_cast<const char*>(bytes.str()), bytes.length()};
}

// Ends a parse at the first fault; never leaves this file.
struct Fault {
  std::string text;
};

class Inspector final : public xc::DefaultHandler {
 public:
  Inspector(const std::string& root, const std::string& name_space)
      : root_(root), name_space_(name_space) {}

  void startElement(const XMLCh* uri, const XMLCh* local, const XMLCh* /*qualified*/,
                    const xc::Attributes& /*attributes*/) override {
    if (depth_++ == 0 && (Utf8(local) != root_ || Utf8(uri) != name_space_)) {
      throw Fault{
          fmt::format("cvc-elt.1: Cannot find the declaration of element '{}'.", Utf8(local))};
    }
    if (depth_ > kDeepest) throw Fault{"the document is nested too deeply"};
    in_name_ = Utf8(local) == "multipartnavn";
    if (in_name_) named_.emplace_back();
  }
  void endElement(const XMLCh* /*uri*/, const XMLCh* /*local*/,
                  const XMLCh* /*qualified*/) override {
    --depth_;
    in_name_ = false;
  }
  void characters(const XMLCh* text, XMLSize_t length) override {
    if (in_name_) named_.back() += Utf8(std::u16string(text, length).c_str());
  }
  const std::vector<std::string>& named() const { return named_; }
  void startDTD(const XMLCh* /*name*/, const XMLCh* /*public_id*/,
                const XMLCh* /*system_id*/) override {
    throw Fault{"DOCTYPE is disallowed"};
  }
  xc::InputSource* resolveEntity(const XMLCh* /*public_id*/, const XMLCh* /*system_id*/) override {
    throw Fault{"external entities are disallowed"};
  }
  void warning(const xc::SAXParseException& /*ignored*/) override {}
  void error(const xc::SAXParseException& fault) override { fatalError(fault); }
  void fatalError(const xc::SAXParseException& fault) override {
    throw Fault{fmt::format("line {}, column {}: {}", fault.getLineNumber(),
                            fault.getColumnNumber(), Utf8(fault.getMessage()))};
  }

 private:
  const std::string& root_;
  const std::string& name_space_;
  int depth_ = 0;
  bool in_name_ = false;
  std::vector<std::string> named_;
};

// The faults of a schema while it is loaded.
class SchemaFaults final : public xc::DefaultHandler {
 public:
  void warning(const xc::SAXParseException& fault) override { fatalError(fault); }
  void error(const xc::SAXParseException& fault) override { fatalError(fault); }
  void fatalError(const xc::SAXParseException& fault) override {
    throw Fault{fmt::format("{} line {}: {}", Utf8(fault.getSystemId()), fault.getLineNumber(),
                            Utf8(fault.getMessage()))};
  }
};

std::unique_ptr<xc::SAX2XMLReader> MakeReader(xc::XMLGrammarPool* pool) {
  std::unique_ptr<xc::SAX2XMLReader> reader(
      xc::XMLReaderFactory::createXMLReader(xc::XMLPlatformUtils::fgMemoryManager, pool));
  reader->setFeature(xc::XMLUni::fgSAX2CoreNameSpaces, true);
  reader->setFeature(xc::XMLUni::fgSAX2CoreValidation, true);
  reader->setFeature(xc::XMLUni::fgXercesDynamic, false);
  reader->setFeature(xc::XMLUni::fgXercesSchema, true);
  reader->setFeature(xc::XMLUni::fgXercesLoadExternalDTD, false);
  return reader;
}

}  // namespace

// One resource: its editions' grammars, newest first.
struct Contracts::Kind {
  Contract contract;
  std::vector<std::unique_ptr<xc::XMLGrammarPoolImpl>> editions;

  // Nothing when the schema could be loaded.
  Status LoadEdition(const std::string& path) {
    auto pool = std::make_unique<xc::XMLGrammarPoolImpl>(xc::XMLPlatformUtils::fgMemoryManager);
    try {
      const auto reader = MakeReader(pool.get());
      reader->setFeature(xc::XMLUni::fgXercesSchemaFullChecking, true);
      SchemaFaults faults;
      reader->setErrorHandler(&faults);
      if (reader->loadGrammar(path.c_str(), xc::Grammar::SchemaGrammarType, true) == nullptr) {
        return {Code::kUnreadable, fmt::format("cannot read the schema {}", path)};
      }
    } catch (const Fault& fault) {
      return {Code::kConfig, fmt::format("the schema {} cannot be used: {}", path, fault.text)};
    } catch (const xc::XMLException& error) {
      return {Code::kConfig,
              fmt::format("the schema {} cannot be used: {}", path, Utf8(error.getMessage()))};
    }
    pool->lockPool();
    editions.push_back(std::move(pool));
    return {};
  }

  // A resource takes each of its editions; what the newest says is told.
  std::string JudgeAll(std::string_view document, std::vector<std::string>* named) const {
    std::string first_fault;
    for (const auto& edition : editions) {
      std::string fault = Judge(*edition, document, named);
      if (fault.empty()) return {};
      if (first_fault.empty()) first_fault = std::move(fault);
    }
    return first_fault;
  }

  // *named, where it is wanted, gets the document's multipartnavn.
  std::string Judge(xc::XMLGrammarPoolImpl& pool, std::string_view document,
                    std::vector<std::string>* named) const {
    try {
      // A reader of its own for each document: a kept one can carry state over.
      const auto reader = MakeReader(&pool);
      reader->setFeature(xc::XMLUni::fgXercesUseCachedGrammarInParse, true);
      reader->setFeature(xc::XMLUni::fgXercesLoadSchema, false);
      Inspector inspector(contract.root, contract.name_space);
      reader->setContentHandler(&inspector);
      reader->setLexicalHandler(&inspector);
      reader->setErrorHandler(&inspector);
      reader->setEntityResolver(&inspector);
      xc::MemBufInputSource source(
          // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
          reinterpret_cast<const XMLByte*>(document.data()), document.size(), "melding", false);
      source.setCopyBufToStream(false);
      reader->parse(source);
      if (named != nullptr) *named = inspector.named();
      return {};
    } catch (const Fault& fault) {
      return fault.text;
    } catch (const xc::XMLException& error) {
      return Utf8(error.getMessage());
    } catch (const xc::OutOfMemoryException&) {
      return "the document is too large";
    }
  }
};

Contracts::Contracts() = default;
Contracts::~Contracts() = default;

Result<std::unique_ptr<Contracts>> Contracts::Load(const std::string& folder, bool check) {
  Result<std::vector<Contract>> catalogue = ReadCatalogue(folder);
  if (!catalogue.ok()) return catalogue.status();
  StartXerces();
  std::unique_ptr<Contracts> contracts(new Contracts);
  contracts->check_ = check;
  for (Contract& contract : catalogue.value()) {
    auto kind = std::make_unique<Kind>();
    kind->contract = std::move(contract);
    if (check) {
      for (const std::string& path : kind->contract.schemas) {
        UTBOKS_RETURN_IF_ERROR(kind->LoadEdition(path));
      }
    }
    const std::string ressurs = kind->contract.ressurs;
    contracts->kinds_.emplace(ressurs, std::move(kind));
  }
  return contracts;
}

std::string Contracts::Check(std::string_view ressurs, std::string_view body,
                             const std::string& content_type) const {
  if (!check_) return {};
  const Kind& kind = *kinds_.find(ressurs)->second;
  if (!kind.contract.form) return kind.JudgeAll(body, nullptr);
  const Form& form = *kind.contract.form;
  const auto parts = ReadForm(content_type, body);
  if (!parts) return "the body is no multipart/form-data";
  if (std::string fault = CheckParts(form, *parts); !fault.empty()) return fault;
  const auto document = std::ranges::find(*parts, form.document, &FormPart::name);
  std::vector<std::string> named;
  if (std::string fault = kind.JudgeAll(document->content, &named); !fault.empty()) return fault;
  return CheckNames(form, *parts, named);
}

}  // namespace utboks::simulator
