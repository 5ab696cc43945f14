#include "producer/xml/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <xercesc/framework/LocalFileInputSource.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/Attributes.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>

#include "producer/xml/schema.h"
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
    if (element == u"ressurs") {
      Ressurs ressurs;
      ressurs.name = value(u"name");
      ressurs.root = value(u"root");
      ressurs.name_space = value(u"namespace");
      ressurs.tilbakemelding = value(u"tilbakemelding");
      found_.push_back(std::move(ressurs));
      return;
    }
    if (found_.empty()) return;
    if (element == u"edition") {
      Edition edition;
      edition.name = value(u"name");
      edition.file = value(u"file");
      edition.status = StatusNamed(value(u"status"));
      const std::string widens = value(u"widens");
      edition.widens = widens == "true" || widens == "1";
      found_.back().editions.push_back(std::move(edition));
    } else if (element == u"identifikator") {
      found_.back().fields.push_back({Field::kIdentifikator, value(u"path")});
    } else if (element == u"saksreferanse") {
      found_.back().fields.push_back({Field::kSaksreferanse, value(u"path")});
    } else if (element == u"person") {
      found_.back().fields.push_back({Field::kPerson, value(u"path")});
    } else if (element == u"multipartnavn") {
      found_.back().fields.push_back({Field::kMultipartnavn, value(u"path")});
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
std::string Contradiction(const std::vector<Ressurs>& ressurser) {
  for (const Ressurs& ressurs : ressurser) {
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
  }
  return "";
}

Status Unusable(const std::string& dir, const std::string& why) {
  return {Code::kConfig, fmt::format("{}/catalogue.xml cannot be used: {}", dir, why)};
}

}  // namespace

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

Result<Catalogue> Catalogue::Load(const std::string& dir) {
  auto schema = xml::Schema::Load(dir, "catalogue.xsd");
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
  catalogue.ressurser_ = std::move(handler.found());
  return catalogue;
}

const Ressurs* Catalogue::Find(std::string_view ressurs) const {
  const auto found = std::ranges::find(ressurser_, ressurs, &Ressurs::name);
  return found == ressurser_.end() ? nullptr : &*found;
}

const Ressurs* Catalogue::FindByRoot(std::string_view root, std::string_view name_space) const {
  const auto found = std::ranges::find_if(ressurser_, [&](const Ressurs& ressurs) {
    return ressurs.root == root && ressurs.name_space == name_space;
  });
  return found == ressurser_.end() ? nullptr : &*found;
}

}  // namespace utboks
