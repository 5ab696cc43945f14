#include "producer/xml/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <xercesc/framework/LocalFileInputSource.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/Attributes.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>

#include "producer/xml/schema.h"
#include "producer/xml/shipped_schemas.h"
#include "producer/xml/utf8.h"

namespace utboks {
namespace {

class CatalogueHandler : public xml::xerces::DefaultHandler {
 public:
  void startElement(const XMLCh*, const XMLCh* local, const XMLCh*,
                    const xml::xerces::Attributes& attributes) override {
    const auto value = [&](std::u16string_view name) {
      return xml::ToUtf8(xml::View(attributes.getValue(std::u16string(name).c_str())));
    };
    const std::u16string_view element = xml::View(local);
    if (element == u"ressurs" || element == u"hendelse") {
      Ressurs entry;
      entry.name = value(u"name");
      entry.root = value(u"root");
      entry.name_space = value(u"namespace");
      entry.hendelse = element == u"hendelse";
      found_.push_back(std::move(entry));
      return;
    }
    if (found_.empty()) return;
    Ressurs& entry = found_.back();
    if (element == u"edition") {
      entry.editions.push_back({value(u"name"), value(u"file"), StatusNamed(value(u"status")),
                                IsTrue(value(u"widens"))});
    } else if (element == u"tilbakemelding") {
      entry.tilbakemeldinger.push_back({value(u"hendelse"), IsTrue(value(u"manual"))});
    } else if (element == u"multipart") {
      entry.multipart.emplace();
    } else if (element == u"document" && entry.multipart) {
      entry.multipart->document = {value(u"name"), value(u"type"), value(u"filename")};
    } else if (element == u"attachment" && entry.multipart) {
      entry.multipart->attachments.push_back(
          {value(u"name"), value(u"type"), Most(value(u"most"))});
    } else if (const auto field = FieldNamed(element)) {
      entry.fields.push_back(
          {*field, value(u"path"), IsTrue(value(u"distinct")), value(u"person")});
    }
  }
  void error(const xml::xerces::SAXParseException& e) override { Keep(e); }
  void fatalError(const xml::xerces::SAXParseException& e) override { Keep(e); }

  const std::string& wrong() const { return wrong_; }
  std::vector<Ressurs>& found() { return found_; }

 private:
  static EditionStatus StatusNamed(std::string_view name) {
    for (const EditionStatus status :
         {EditionStatus::kProduction, EditionStatus::kTest, EditionStatus::kDraft}) {
      if (EditionStatusName(status) == name) return status;
    }
    return EditionStatus::kWithdrawn;  // the schema lets nothing else through
  }
  static bool IsTrue(std::string_view value) { return value == "true" || value == "1"; }
  static std::size_t Most(std::string_view value) {
    std::size_t most = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), most);
    return read.ec == std::errc() ? most : MultipartForm::AttachmentPart().most;
  }
  static std::optional<Field> FieldNamed(std::u16string_view element) {
    if (element == u"identifikator") return Field::kIdentifikator;
    if (element == u"saksreferanse") return Field::kSaksreferanse;
    if (element == u"person") return Field::kPerson;
    if (element == u"multipartnavn") return Field::kMultipartnavn;
    if (element == u"foedselsnummer") return Field::kFoedselsnummer;
    if (element == u"organisasjonsnummer") return Field::kOrganisasjonsnummer;
    if (element == u"dufnummer") return Field::kDufnummer;
    if (element == u"innsendingstidspunkt") return Field::kInnsendingstidspunkt;
    if (element == u"dato") return Field::kDato;
    return std::nullopt;
  }
  // The catalogue holds nothing personal, so the parser's own words may be shown.
  void Keep(const xml::xerces::SAXParseException& e) {
    if (wrong_.empty()) {
      wrong_ =
          fmt::format("line {}: {}", e.getLineNumber(), xml::ToUtf8(xml::View(e.getMessage())));
    }
  }

  std::vector<Ressurs> found_;
  std::string wrong_;
};

// What the schema of the catalogue cannot say; empty when all is well.
std::string Contradiction(const std::vector<Ressurs>& entries) {
  for (const Ressurs& ressurs : entries) {
    std::set<std::string_view> names;
    for (const Edition& edition : ressurs.editions) {
      if (!names.insert(edition.name).second) {
        return fmt::format("{} has edition {} twice", ressurs.name, edition.name);
      }
    }
    std::set<std::string_view> paths;
    for (const FieldPath& field : ressurs.fields) {
      if (!paths.insert(field.path).second) {
        return fmt::format("{} names the path {} twice", ressurs.name, field.path);
      }
    }
    for (const FieldPath& field : ressurs.fields) {
      if (!field.person.empty() && !paths.contains(field.person)) {
        return fmt::format("{} has the day {} of {}, and no such person", ressurs.name, field.path,
                           field.person);
      }
    }
    if (ressurs.hendelse && !ressurs.editions.empty() &&
        (ressurs.root.empty() || ressurs.name_space.empty())) {
      return fmt::format("{} has an edition, and no root or no namespace", ressurs.name);
    }
    for (const Tilbakemelding& expected : ressurs.tilbakemeldinger) {
      const auto event = std::ranges::find(entries, expected.hendelse, &Ressurs::name);
      if (event == entries.end() || !event->hendelse) {
        return fmt::format("{} expects {}, and there is no such hendelse", ressurs.name,
                           expected.hendelse);
      }
    }
  }
  return "";
}

Status Unusable(const std::string& dir, const std::string& why) {
  return {Code::kConfig, fmt::format("{}/catalogue.xml cannot be used: {}", dir, why)};
}

}  // namespace

std::string_view SchemaSetName(SchemaSet set) {
  return set == SchemaSet::kInstalled ? "installed" : "shipped";
}

std::string_view EditionStatusName(EditionStatus status) {
  switch (status) {
    case EditionStatus::kProduction:
      return "production";
    case EditionStatus::kTest:
      return "test";
    case EditionStatus::kDraft:
      return "draft";
    case EditionStatus::kWithdrawn:
      return "withdrawn";
  }
  return "withdrawn";
}

const Edition* Ressurs::FindEdition(std::string_view edition) const {
  const auto found = std::ranges::find(editions, edition, &Edition::name);
  return found == editions.end() ? nullptr : &*found;
}

bool Ressurs::EnabledIn(bool production) const {
  return std::ranges::any_of(editions,
                             [&](const Edition& edition) { return edition.EnabledIn(production); });
}

Result<Catalogue> Catalogue::Load(const std::string& dir) {
  auto shipped = std::make_shared<const ShippedSchemas>(dir);
  auto schema = xml::Schema::Load(*shipped, "catalogue.xsd");
  if (!schema.ok()) return schema.status();
  CatalogueHandler handler;
  try {
    const auto pool = (*schema)->MakeReaderPool();
    xml::xerces::SAX2XMLReaderImpl reader(xml::xerces::XMLPlatformUtils::fgMemoryManager,
                                          pool.get());
    reader.setProperty(xml::xerces::XMLUni::fgXercesScannerName,
                       const_cast<XMLCh*>(xml::xerces::XMLUni::fgSGXMLScanner));
    reader.setFeature(xml::xerces::XMLUni::fgSAX2CoreNameSpaces, true);
    reader.setFeature(xml::xerces::XMLUni::fgSAX2CoreValidation, true);
    reader.setFeature(xml::xerces::XMLUni::fgXercesSchema, true);
    reader.setFeature(xml::xerces::XMLUni::fgXercesUseCachedGrammarInParse, true);
    reader.setFeature(xml::xerces::XMLUni::fgXercesLoadSchema, false);
    reader.setFeature(xml::xerces::XMLUni::fgXercesLoadExternalDTD, false);
    reader.setFeature(xml::xerces::XMLUni::fgXercesDisableDefaultEntityResolution, true);
    reader.setXMLEntityResolver(&xml::RefusingResolver::Instance());
    reader.setContentHandler(&handler);
    reader.setErrorHandler(&handler);
    const std::u16string path = xml::ToUtf16(dir + "/catalogue.xml");
    reader.parse(xml::xerces::LocalFileInputSource(path.c_str()));
  } catch (const xml::xerces::XMLException& e) {
    return Unusable(dir, xml::ToUtf8(xml::View(e.getMessage())));
  } catch (const xml::xerces::SAXException& e) {
    return Unusable(dir, xml::ToUtf8(xml::View(e.getMessage())));
  }
  if (!handler.wrong().empty()) return Unusable(dir, handler.wrong());
  if (const std::string why = Contradiction(handler.found()); !why.empty()) {
    return Unusable(dir, why);
  }
  Catalogue catalogue;
  catalogue.dir_ = dir;
  catalogue.shipped_ = std::move(shipped);
  for (Ressurs& entry : handler.found()) {
    (entry.hendelse ? catalogue.hendelser_ : catalogue.ressurser_).push_back(std::move(entry));
  }
  return catalogue;
}

Catalogue Catalogue::With(std::shared_ptr<const PublishedSchemas> published) const {
  Catalogue with = *this;
  with.published_ = std::move(published);
  return with;
}

SchemaSet Catalogue::SetOf(const Edition& edition) const {
  return published_ && published_->Has(edition.file) ? SchemaSet::kInstalled : SchemaSet::kShipped;
}

std::shared_ptr<const SchemaSource> Catalogue::SourceOf(const Edition& edition) const {
  if (SetOf(edition) == SchemaSet::kInstalled) return published_;
  return shipped_;
}

const Ressurs* Catalogue::Find(std::string_view ressurs) const {
  const auto found = std::ranges::find(ressurser_, ressurs, &Ressurs::name);
  return found == ressurser_.end() ? nullptr : &*found;
}

const Ressurs* Catalogue::FindByRoot(std::string_view root, std::string_view name_space,
                                     bool attachments) const {
  const Ressurs* first = nullptr;
  for (const auto* entries : {&ressurser_, &hendelser_}) {
    for (const Ressurs& entry : *entries) {
      if (entry.editions.empty() || entry.root != root || entry.name_space != name_space) continue;
      if (first == nullptr) first = &entry;
      if (!attachments || entry.multipart) return attachments ? &entry : first;
    }
  }
  return first;
}

}  // namespace utboks
