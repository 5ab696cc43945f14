#include "producer/xml/schema.h"

#include <Poco/SHA2Engine.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/XMLResourceIdentifier.hpp>
#include <xercesc/validators/schema/ComplexTypeInfo.hpp>
#include <xercesc/validators/schema/SchemaElementDecl.hpp>
#include <xercesc/validators/schema/SchemaGrammar.hpp>

#include "producer/xml/schema_door.h"
#include "producer/xml/settle_patterns.h"
#include "producer/xml/utf8.h"
#include "queue/base/mutex.h"

namespace utboks::xml {
namespace {

// How much of a file's name an error shows, which comes out of a file.
constexpr std::size_t kShown = 100;

// How Xerces knows a file: a path that begins in the source.
std::u16string AddressOf(const std::string& file) {
  return ToUtf16("/" + file);
}

// Hands Xerces the files of a source, and remembers them.
class SchemaFiles : public xerces::XMLEntityResolver {
 public:
  explicit SchemaFiles(const SchemaSource& source) : source_(source) {}

  xerces::InputSource* resolveEntity(xerces::XMLResourceIdentifier* wanted) override {
    // Of a DTD, and the door lets none through.  Were no answer given, Xerces would
    // look for it itself.
    if (wanted->getResourceIdentifierType() == xerces::XMLResourceIdentifier::ExternalEntity) {
      return Source("", AddressOf("dtd"));
    }
    const std::string location =
        ToUtf8(View(wanted->getSchemaLocation() != nullptr ? wanted->getSchemaLocation()
                                                           : wanted->getSystemId()));
    if (location.empty()) return nullptr;  // an import that names no file
    std::string from = ToUtf8(View(wanted->getBaseURI()));
    if (from.starts_with('/')) from.erase(0, 1);
    const std::string file = source_.Meant(location, from);
    const auto opened = file.empty() ? nullptr : Open(file);
    if (opened == nullptr && wrong_.empty()) {
      const std::size_t slash = location.find_last_of('/');
      const std::string named = file.empty() ? location.substr(slash + 1) : file;
      wrong_ = fmt::format("{} names {}, which is not there", from, named.substr(0, kShown));
    }
    return opened;
  }

  // Nothing when it is not there or must not be read; then wrong() may say why.  The
  // caller owns the source; its bytes live as long as this.
  xerces::MemBufInputSource* Open(const std::string& file) {
    auto found = files_.find(file);
    if (found == files_.end()) {
      auto bytes = source_.Read(file);
      if (!bytes) return nullptr;
      std::string text;
      if (const auto why = CheckSchemaDoor(*bytes, &text)) {
        if (wrong_.empty()) wrong_ = fmt::format("{}: {}", file, *why);
        return nullptr;
      }
      found = files_.emplace(file, std::move(text)).first;
      order_.push_back(file);
      hash_.update(*bytes);
    }
    return Source(found->second, AddressOf(file));
  }

  const std::string& wrong() const { return wrong_; }
  const std::vector<std::string>& order() const { return order_; }

  // Of the bytes of all that were opened, as they are; once, at the end.
  std::string Hash() { return Poco::DigestEngine::digestToHex(hash_.digest()); }

 private:
  static xerces::MemBufInputSource* Source(std::string_view bytes, const std::u16string& address) {
    auto source = std::make_unique<xerces::MemBufInputSource>(
        reinterpret_cast<const XMLByte*>(bytes.data()), bytes.size(), address.c_str(), false);
    source->setCopyBufToStream(false);
    return source.release();
  }

  const SchemaSource& source_;
  std::map<std::string, std::string> files_;  // as the parser reads them
  std::vector<std::string> order_;
  Poco::SHA2Engine hash_{Poco::SHA2Engine::SHA_256};
  std::string wrong_;
};

// Schemas hold nothing personal, so the parser's own words may be shown.
class FirstError : public xerces::DefaultHandler {
 public:
  void error(const xerces::SAXParseException& e) override { Keep(e); }
  void fatalError(const xerces::SAXParseException& e) override { Keep(e); }
  const std::string& text() const { return text_; }

 private:
  void Keep(const xerces::SAXParseException& e) {
    if (!text_.empty()) return;
    const std::string address = ToUtf8(View(e.getSystemId()));
    text_ = fmt::format("{}:{}: {}", address.substr(address.find_last_of('/') + 1),
                        e.getLineNumber(), ToUtf8(View(e.getMessage())));
  }
  std::string text_;
};

Status Unusable(const SchemaSource& source, const std::string& file, const std::string& why) {
  return {Code::kConfig,
          fmt::format("the schema {} cannot be used: {}; {}", file, why, source.remedy())};
}

}  // namespace

Schema::Schema() : pool_(std::make_unique<xerces::XMLGrammarPoolImpl>()) {}
Schema::~Schema() = default;

Result<std::shared_ptr<const Schema>> Schema::Load(const SchemaSource& source,
                                                   const std::string& file) {
  UseXerces();
  // What the language itself has (types, character classes) is one for all schemas, and
  // made by the first that uses it.
  static Mutex one_at_a_time;
  const MutexLock lock(one_at_a_time);
  std::shared_ptr<Schema> schema(new Schema());
  SchemaFiles files(source);
  FirstError errors;
  bool loaded = false;
  try {
    std::unique_ptr<xerces::MemBufInputSource> main(files.Open(file));
    if (!main) {
      return Unusable(
          source, file,
          files.wrong().empty() ? "it is not in the folder, or cannot be read" : files.wrong());
    }
    xerces::SAX2XMLReaderImpl reader(xerces::XMLPlatformUtils::fgMemoryManager,
                                     schema->pool_.get());
    reader.setFeature(xerces::XMLUni::fgXercesSchema, true);
    reader.setFeature(xerces::XMLUni::fgXercesSchemaFullChecking, true);
    reader.setFeature(xerces::XMLUni::fgXercesHandleMultipleImports, true);
    reader.setFeature(xerces::XMLUni::fgXercesLoadExternalDTD, false);
    reader.setFeature(xerces::XMLUni::fgXercesDisableDefaultEntityResolution, true);
    reader.setXMLEntityResolver(&files);
    reader.setErrorHandler(&errors);
    loaded = reader.loadGrammar(*main, xerces::Grammar::SchemaGrammarType, true) != nullptr;
    if (loaded && errors.text().empty() && files.wrong().empty()) schema->Settle();
  } catch (const xerces::OutOfMemoryException&) {
    return Status(Code::kBusy, "out of memory while loading a schema");
  } catch (const xerces::XMLException& e) {
    return Unusable(source, file, ToUtf8(View(e.getMessage())));
  } catch (const xerces::SAXException& e) {
    return Unusable(source, file, ToUtf8(View(e.getMessage())));
  }
  if (!files.wrong().empty()) return Unusable(source, file, files.wrong());
  if (!errors.text().empty()) return Unusable(source, file, errors.text());
  if (!loaded) return Unusable(source, file, "it holds no schema");
  schema->hash_ = files.Hash();
  schema->files_ = files.order();
  return std::shared_ptr<const Schema>(std::move(schema));
}

// Makes now what Xerces would make at first use, on whichever thread came first,
// without a lock: the content models, and the tables of patterns.
void Schema::Settle() {
  auto grammars = pool_->getGrammarEnumerator();
  while (grammars.hasMoreElements()) {
    auto& grammar = static_cast<xerces::SchemaGrammar&>(grammars.nextElement());
    xerces::RefHashTableOfEnumerator<xerces::ComplexTypeInfo> types(
        grammar.getComplexTypeRegistry());
    while (types.hasMoreElements()) types.nextElement().getContentModel();
    SettlePatterns(grammar);
    auto elements = grammar.getElemEnumerator();
    while (elements.hasMoreElements()) elements_.insert(View(elements.nextElement().getBaseName()));
  }
  names_ = pool_->getURIStringPool();
  pool_->lockPool();
}

xerces::SchemaElementDecl* Schema::FindRoot(std::string_view root,
                                            std::string_view name_space) const {
  auto grammars = pool_->getGrammarEnumerator();
  while (grammars.hasMoreElements()) {
    auto& grammar = static_cast<xerces::SchemaGrammar&>(grammars.nextElement());
    if (View(grammar.getTargetNamespace()) != ToUtf16(name_space)) continue;
    auto elements = grammar.getElemEnumerator();
    while (elements.hasMoreElements()) {
      auto& element = elements.nextElement();
      if (element.getEnclosingScope() == xerces::Grammar::TOP_LEVEL_SCOPE &&
          View(element.getBaseName()) == ToUtf16(root)) {
        return &element;
      }
    }
  }
  return nullptr;
}

bool Schema::HasRoot(std::string_view root, std::string_view name_space) const {
  return FindRoot(root, name_space) != nullptr;
}

bool Schema::HasPath(std::string_view root, std::string_view name_space,
                     std::string_view path) const {
  xerces::SchemaElementDecl* element = FindRoot(root, name_space);
  if (element == nullptr) return false;
  xerces::ComplexTypeInfo* type = element->getComplexTypeInfo();
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::u16string step = ToUtf16(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
    xerces::SchemaElementDecl* child = nullptr;
    for (XMLSize_t i = 0; type != nullptr && i < type->elementCount(); ++i) {
      if (View(type->elementAt(i)->getBaseName()) == step) child = type->elementAt(i);
    }
    if (child == nullptr) return false;
    type = child->getComplexTypeInfo();
  }
  return true;
}

std::unique_ptr<ReaderGrammarPool> Schema::MakeReaderPool() const {
  return std::make_unique<ReaderGrammarPool>(*pool_, *names_);
}

}  // namespace utboks::xml
