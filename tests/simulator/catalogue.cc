#include "tests/simulator/catalogue.h"

#include <Poco/AutoPtr.h>
#include <Poco/DOM/DOMParser.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <Poco/Exception.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace utboks::simulator {
namespace {

constexpr const char* kNamespace = "urn:utboks:catalogue";

using Poco::XML::Element;

std::vector<const Element*> Children(const Element& parent, std::string_view name) {
  std::vector<const Element*> found;
  for (const Poco::XML::Node* node = parent.firstChild(); node != nullptr;
       node = node->nextSibling()) {
    const auto* element = dynamic_cast<const Element*>(node);
    if (element != nullptr && element->localName() == name &&
        element->namespaceURI() == kNamespace) {
      found.push_back(element);
    }
  }
  return found;
}

// The editions a document may be held against, newest first: those the register
// takes in some environment.
std::vector<std::string> Schemas(const Element& ressurs, const std::string& folder) {
  std::vector<std::string> schemas;
  const std::vector<const Element*> editions = Children(ressurs, "edition");  // oldest first
  for (auto edition = editions.rbegin(); edition != editions.rend(); ++edition) {
    const std::string& status = (*edition)->getAttribute("status");
    if (status != "production" && status != "test") continue;
    schemas.push_back(folder + "/" + (*edition)->getAttribute("file"));
  }
  return schemas;
}

std::optional<Form> FormOf(const Element& ressurs) {
  const std::vector<const Element*> multipart = Children(ressurs, "multipart");
  if (multipart.empty()) return std::nullopt;
  Form form;
  for (const Element* part : Children(*multipart.front(), "document")) {
    form.document = part->getAttribute("name");
  }
  for (const Element* part : Children(*multipart.front(), "attachment")) {
    std::size_t most = 0;
    std::istringstream(part->getAttribute("most")) >> most;
    form.attachments.push_back({part->getAttribute("name"), part->getAttribute("type"), most});
  }
  return form;
}

}  // namespace

Result<std::vector<Contract>> ReadCatalogue(const std::string& folder) {
  const std::string path = folder + "/catalogue.xml";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return Status(
        Code::kUnreadable,
        fmt::format("cannot read {}: give the folder of the schemas with --schemas", path));
  }
  const auto wrong = [&path](std::string_view what) {
    return Status(Code::kConfig, fmt::format("{} cannot be used: {}", path, what));
  };
  std::vector<Contract> contracts;
  try {
    Poco::XML::DOMParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, true);
    const Poco::AutoPtr<Poco::XML::Document> document = parser.parseString(text.str());
    const Element& root = *document->documentElement();
    if (root.localName() != "catalogue" || root.namespaceURI() != kNamespace) {
      return wrong(fmt::format("its root is not catalogue in {}", kNamespace));
    }
    for (const Element* ressurs : Children(root, "ressurs")) {
      Contract contract{ressurs->getAttribute("name"), ressurs->getAttribute("root"),
                        ressurs->getAttribute("namespace"), Schemas(*ressurs, folder),
                        FormOf(*ressurs)};
      if (contract.ressurs.empty() || contract.root.empty()) {
        return wrong("a ressurs without name or root");
      }
      // Withdrawn everywhere: the register does not know it any more.
      if (!contract.schemas.empty()) contracts.push_back(std::move(contract));
    }
  } catch (const Poco::Exception& error) {
    return wrong(error.displayText());
  }
  if (contracts.empty()) return wrong("it names no ressurs");
  return contracts;
}

}  // namespace utboks::simulator
