#include "producer/xml/schema.h"

#include <Poco/SHA2Engine.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/XMLResourceIdentifier.hpp>
#include <xercesc/validators/schema/ComplexTypeInfo.hpp>
#include <xercesc/validators/schema/SchemaElementDecl.hpp>
#include <xercesc/validators/schema/SchemaGrammar.hpp>

#include "producer/xml/utf8.h"

namespace utboks::xml {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSchemaFile = 8u << 20;

std::optional<std::string> ReadAll(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > kMaxSchemaFile) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  return bytes;
}

// Hands Xerces the schema's files out of one folder, and remembers them.
class SchemaFiles : public xerces::XMLEntityResolver {
 public:
  explicit SchemaFiles(fs::path dir) : dir_(std::move(dir)) {}

  xerces::InputSource* resolveEntity(xerces::XMLResourceIdentifier* wanted) override {
    const fs::path named =
        ToUtf8(View(wanted->getSchemaLocation() != nullptr ? wanted->getSchemaLocation()
                                                           : wanted->getSystemId()));
    const fs::path from = fs::path(ToUtf8(View(wanted->getBaseURI()))).parent_path();
    return Open((from / named).lexically_normal());
  }

  // Nothing, and missing() says what, when the file is outside the folder or cannot
  // be read.  The caller owns the source; its bytes live as long as this.
  xerces::MemBufInputSource* Open(const fs::path& path) {
    const std::string name = path.lexically_relative(dir_).generic_string();
    auto found = files_.find(name);
    if (found == files_.end()) {
      const bool inside = !name.empty() && !name.starts_with("..") && name != ".";
      auto bytes = inside ? ReadAll(path) : std::nullopt;
      if (!bytes) {
        if (missing_.empty()) missing_ = path.filename().string();
        return nullptr;
      }
      found = files_.emplace(name, std::move(*bytes)).first;
      order_.push_back(name);
    }
    const std::string& bytes = found->second;
    auto source =
        std::make_unique<xerces::MemBufInputSource>(reinterpret_cast<const XMLByte*>(bytes.data()),
                                                    bytes.size(), ToUtf16Path(path).c_str(), false);
    source->setCopyBufToStream(false);
    return source.release();
  }

  const std::string& missing() const { return missing_; }

  std::string Hash() const {
    Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
    for (const std::string& name : order_) engine.update(files_.at(name));
    return Poco::DigestEngine::digestToHex(engine.digest());
  }

 private:
  // Only ever compared and shown, so a byte per character does.
  static std::u16string ToUtf16Path(const fs::path& path) { return ToUtf16(path.string()); }

  fs::path dir_;
  std::map<std::string, std::string> files_;
  std::vector<std::string> order_;
  std::string missing_;
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
    text_ = fmt::format("{}:{}: {}", fs::path(ToUtf8(View(e.getSystemId()))).filename().string(),
                        e.getLineNumber(), ToUtf8(View(e.getMessage())));
  }
  std::string text_;
};

Status Unusable(const std::string& file, const std::string& why) {
  return {Code::kConfig,
          fmt::format("the schema {} cannot be used: {}; put the schema files back, or look at "
                      "the catalogue",
                      file, why)};
}

}  // namespace

Schema::Schema() : pool_(std::make_unique<xerces::XMLGrammarPoolImpl>()) {}
Schema::~Schema() = default;

Result<std::shared_ptr<const Schema>> Schema::Load(const std::string& dir,
                                                   const std::string& file) {
  UseXerces();
  std::error_code error;
  const fs::path root = fs::weakly_canonical(fs::absolute(dir, error), error);
  if (error) return Unusable(file, "its folder cannot be read");
  std::shared_ptr<Schema> schema(new Schema());
  SchemaFiles files(root);
  FirstError errors;
  bool loaded = false;
  try {
    std::unique_ptr<xerces::MemBufInputSource> source(files.Open(root / file));
    if (!source) return Unusable(file, "it is not in the folder, or cannot be read");
    xerces::SAX2XMLReaderImpl reader(xerces::XMLPlatformUtils::fgMemoryManager,
                                     schema->pool_.get());
    reader.setFeature(xerces::XMLUni::fgXercesSchema, true);
    reader.setFeature(xerces::XMLUni::fgXercesSchemaFullChecking, true);
    reader.setFeature(xerces::XMLUni::fgXercesHandleMultipleImports, true);
    reader.setFeature(xerces::XMLUni::fgXercesLoadExternalDTD, false);
    reader.setFeature(xerces::XMLUni::fgXercesDisableDefaultEntityResolution, true);
    reader.setXMLEntityResolver(&files);
    reader.setErrorHandler(&errors);
    loaded = reader.loadGrammar(*source, xerces::Grammar::SchemaGrammarType, true) != nullptr;
    if (loaded && errors.text().empty() && files.missing().empty()) schema->Settle();
  } catch (const xerces::OutOfMemoryException&) {
    return Status(Code::kBusy, "out of memory while loading a schema");
  } catch (const xerces::XMLException& e) {
    return Unusable(file, ToUtf8(View(e.getMessage())));
  } catch (const xerces::SAXException& e) {
    return Unusable(file, ToUtf8(View(e.getMessage())));
  }
  if (!files.missing().empty()) {
    return Unusable(file,
                    fmt::format("{}, which it includes, is not in the folder", files.missing()));
  }
  if (!errors.text().empty()) return Unusable(file, errors.text());
  if (!loaded) return Unusable(file, "it holds no schema");
  schema->hash_ = files.Hash();
  return std::shared_ptr<const Schema>(std::move(schema));
}

// Makes now what Xerces would make at first use, on whichever thread came first,
// without a lock: the content models.
void Schema::Settle() {
  auto grammars = pool_->getGrammarEnumerator();
  while (grammars.hasMoreElements()) {
    auto& grammar = static_cast<xerces::SchemaGrammar&>(grammars.nextElement());
    xerces::RefHashTableOfEnumerator<xerces::ComplexTypeInfo> types(
        grammar.getComplexTypeRegistry());
    while (types.hasMoreElements()) types.nextElement().getContentModel();
    auto elements = grammar.getElemEnumerator();
    while (elements.hasMoreElements()) elements_.insert(View(elements.nextElement().getBaseName()));
  }
  names_ = pool_->getURIStringPool();
  pool_->lockPool();
}

bool Schema::HasPath(std::string_view root, std::string_view path) const {
  const auto named = [](xerces::SchemaElementDecl* element, std::string_view name) {
    return View(element->getBaseName()) == ToUtf16(name);
  };
  xerces::ComplexTypeInfo* type = nullptr;
  bool found = false;
  auto grammars = pool_->getGrammarEnumerator();
  while (grammars.hasMoreElements() && !found) {
    auto& grammar = static_cast<xerces::SchemaGrammar&>(grammars.nextElement());
    auto elements = grammar.getElemEnumerator();
    while (elements.hasMoreElements() && !found) {
      auto& element = elements.nextElement();
      if (element.getEnclosingScope() == xerces::Grammar::TOP_LEVEL_SCOPE &&
          named(&element, root)) {
        type = element.getComplexTypeInfo();
        found = true;
      }
    }
  }
  if (!found) return false;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view step = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    xerces::SchemaElementDecl* child = nullptr;
    for (XMLSize_t i = 0; type != nullptr && i < type->elementCount(); ++i) {
      if (named(type->elementAt(i), step)) child = type->elementAt(i);
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
