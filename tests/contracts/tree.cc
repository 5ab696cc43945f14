#include "tests/contracts/tree.h"

#include <Poco/Exception.h>
#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/LexicalHandler.h>
#include <Poco/SAX/SAXParser.h>

namespace utboks::contracts {
namespace {

// A carriage return that is not written as a reference is a line feed to the parser.
std::string Escaped(std::string_view text, bool attribute) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '"':
        out += attribute ? "&quot;" : "\"";
        break;
      case '\n':
        out += attribute ? "&#10;" : "\n";
        break;
      case '\t':
        out += attribute ? "&#9;" : "\t";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool HasInstanceAttribute(const Node& node) {
  for (const auto& [name, value] : node.attributes) {
    if (name.starts_with("xsi:")) return true;
  }
  for (const Node& child : node.children) {
    if (HasInstanceAttribute(child)) return true;
  }
  return false;
}

void WriteNode(const Node& node, const std::string& space, bool root, std::string* out) {
  switch (node.kind) {
    case Node::Kind::kText:
      *out += Escaped(node.text, false);
      return;
    case Node::Kind::kCdata:
      *out += "<![CDATA[" + node.text + "]]>";
      return;
    case Node::Kind::kComment:
      *out += "<!--" + node.text + "-->";
      return;
    case Node::Kind::kInstruction:
      *out += "<?" + node.text + "?>";
      return;
    case Node::Kind::kElement:
      break;
  }
  *out += "<" + node.name.local;
  if (node.name.space != space) *out += " xmlns=\"" + Escaped(node.name.space, true) + "\"";
  if (root && HasInstanceAttribute(node)) {
    *out += " xmlns:xsi=\"" + std::string(kXsi) + "\" xmlns:xs=\"" + std::string(kXsd) + "\"";
  }
  for (const auto& [name, value] : node.attributes) {
    *out += " " + name + "=\"" + Escaped(value, true) + "\"";
  }
  if (node.children.empty()) {
    *out += "/>";
    return;
  }
  *out += ">";
  for (const Node& child : node.children) WriteNode(child, node.name.space, false, out);
  *out += "</" + node.name.local + ">";
}

// Builds the tree from what the parser tells.  Poco's own look-up of namespaces does
// not know xmlns="", so names are looked up here.
class Builder : public Poco::XML::DefaultHandler, public Poco::XML::LexicalHandler {
 public:
  // Nothing when a prefix was not declared.
  std::optional<Parsed> Take() { return bad_ ? std::nullopt : std::move(root_); }

  void startElement(const Poco::XML::XMLString& /*space*/, const Poco::XML::XMLString& /*local*/,
                    const Poco::XML::XMLString& written,
                    const Poco::XML::Attributes& attributes) override {
    Parsed element;
    if (!open_.empty()) element.scope = open_.back().scope;
    for (int i = 0; i < attributes.getLength(); ++i) {
      const std::string& name = attributes.getQName(i);
      if (name == "xmlns") element.scope[""] = attributes.getValue(i);
      if (name.starts_with("xmlns:")) element.scope[name.substr(6)] = attributes.getValue(i);
    }
    element.name = NameOf(element, written, true);
    for (int i = 0; i < attributes.getLength(); ++i) {
      const std::string& name = attributes.getQName(i);
      if (name == "xmlns" || name.starts_with("xmlns:")) continue;
      element.attributes[NameOf(element, name, false)] = attributes.getValue(i);
    }
    open_.push_back(std::move(element));
  }
  void endElement(const Poco::XML::XMLString& /*space*/, const Poco::XML::XMLString& /*local*/,
                  const Poco::XML::XMLString& /*written*/) override {
    Parsed element = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      root_ = std::move(element);
    } else {
      open_.back().children.push_back(std::move(element));
    }
  }
  void characters(const Poco::XML::XMLChar text[], int start, int length) override {
    std::vector<Parsed>& children = open_.back().children;
    if (!cdata_ && (children.empty() || children.back().kind != Node::Kind::kText)) {
      children.push_back(OfKind(Node::Kind::kText));
    }
    children.back().text.append(text + start, static_cast<std::size_t>(length));
  }
  void startCDATA() override {
    cdata_ = true;
    open_.back().children.push_back(OfKind(Node::Kind::kCdata));
  }
  void endCDATA() override { cdata_ = false; }
  void comment(const Poco::XML::XMLChar /*text*/[], int /*start*/, int /*length*/) override {
    if (!open_.empty()) open_.back().children.push_back(OfKind(Node::Kind::kComment));
  }
  void processingInstruction(const Poco::XML::XMLString& /*target*/,
                             const Poco::XML::XMLString& /*data*/) override {
    if (!open_.empty()) open_.back().children.push_back(OfKind(Node::Kind::kInstruction));
  }
  void startDTD(const Poco::XML::XMLString& /*name*/, const Poco::XML::XMLString& /*public_id*/,
                const Poco::XML::XMLString& /*system_id*/) override {}
  void endDTD() override {}
  void startEntity(const Poco::XML::XMLString& /*name*/) override {}
  void endEntity(const Poco::XML::XMLString& /*name*/) override {}

 private:
  Name NameOf(const Parsed& element, const std::string& written, bool use_default) {
    const std::size_t colon = written.find(':');
    const std::string prefix = colon == std::string::npos ? "" : written.substr(0, colon);
    if (prefix == "xml") return {"http://www.w3.org/XML/1998/namespace", written.substr(4)};
    if (prefix.empty() && !use_default) return {"", written};
    const auto space = element.scope.find(prefix);
    if (space == element.scope.end()) bad_ = bad_ || !prefix.empty();
    return {space == element.scope.end() ? "" : space->second,
            colon == std::string::npos ? written : written.substr(colon + 1)};
  }
  static Parsed OfKind(Node::Kind kind) {
    Parsed parsed;
    parsed.kind = kind;
    return parsed;
  }

  std::vector<Parsed> open_;
  std::optional<Parsed> root_;
  bool cdata_ = false;
  bool bad_ = false;
};

}  // namespace

std::string Node::Value() const {
  std::string value;
  for (const Node& child : children) {
    if (child.kind == Kind::kText || child.kind == Kind::kCdata) value += child.text;
  }
  return value;
}

std::string Write(const Node& root) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  WriteNode(root, "", true, &out);
  return out + "\n";
}

std::optional<Parsed> Parse(std::string_view document) {
  Poco::XML::SAXParser parser;
  parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, false);
  Builder builder;
  parser.setContentHandler(&builder);
  parser.setProperty(Poco::XML::XMLReader::PROPERTY_LEXICAL_HANDLER,
                     static_cast<Poco::XML::LexicalHandler*>(&builder));
  try {
    parser.parseMemoryNP(document.data(), document.size());
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
  return builder.Take();
}

}  // namespace utboks::contracts
