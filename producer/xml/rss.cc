#include "producer/xml/rss.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <set>
#include <utility>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/XMLException.hpp>

#include "producer/xml/door.h"
#include "producer/xml/utf8.h"
#include "producer/xml/xerces.h"

namespace utboks {
namespace {

using xml::xerces::Attributes;

constexpr DoorLimits kLimits{.max_document = kMostRssBytes, .max_depth = 32};
// Xerces keeps each different name in a table that is searched in a line.
constexpr std::size_t kMostNames = 200;
// In UTF-16 units.  The longest real description is below 10,000.
constexpr std::size_t kMostDescription = std::size_t{64} * 1024;
constexpr std::size_t kMostText = std::size_t{2} * 1024;

struct Field {
  std::u16string_view name;
  std::string RssItem::*into;
  std::size_t most;
};
constexpr std::array kFields = {
    Field{u"title", &RssItem::title, kMostText},
    Field{u"link", &RssItem::link, kMostText},
    Field{u"guid", &RssItem::guid, kMostText},
    Field{u"pubDate", &RssItem::published, kMostText},
    Field{u"description", &RssItem::description, kMostDescription},
};

constexpr std::size_t kItemDepth = 3;  // rss, channel, item

Status Wrong(std::string text) {
  return Status(Code::kInvalid, std::move(text));
}

struct Stop {};  // thrown through the parser: enough seen

std::u16string_view Trimmed(std::u16string_view text) {
  constexpr std::u16string_view kSpace = u" \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::u16string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

class Collector final : public xml::xerces::DefaultHandler {
 public:
  void startElement(const XMLCh* const uri, const XMLCh* const local, const XMLCh* const,
                    const Attributes&) override {
    ++depth_;
    const std::u16string_view name = xml::View(local);
    if (names_.insert(std::u16string(name)).second && names_.size() > kMostNames) {
      Fail(Wrong("it has too many different elements to be an RSS feed"));
    }
    const bool plain = xml::View(uri).empty();
    if (depth_ == kItemDepth && in_channel_ && plain && name == u"item") {
      if (items_.size() == kMostRssItems) {
        Fail(Wrong(fmt::format("it has more than {} items", kMostRssItems)));
      }
      items_.emplace_back();
      in_item_ = true;
    } else if (depth_ == 2 && plain && name == u"channel") {
      in_channel_ = true;
    } else if (depth_ == kItemDepth + 1 && in_item_ && plain) {
      for (const Field& field : kFields) {
        // Where it stands twice, the first counts.
        if (field.name == name && (items_.back().*field.into).empty()) field_ = &field;
      }
      text_.clear();
    } else if (field_ != nullptr) {
      Add(u" ");  // markup that nobody wrapped
    }
  }

  void endElement(const XMLCh* const, const XMLCh* const, const XMLCh* const) override {
    if (depth_ == kItemDepth) in_item_ = false;
    if (depth_ == 2) in_channel_ = false;
    if (depth_ == kItemDepth + 1 && field_ != nullptr) {
      items_.back().*field_->into = xml::ToUtf8(Trimmed(text_));
      field_ = nullptr;
    }
    --depth_;
  }

  void characters(const XMLCh* const chars, const XMLSize_t length) override {
    if (field_ != nullptr) Add(std::u16string_view(chars, length));
  }

  void fatalError(const xml::xerces::SAXParseException& error) override {
    Fail(Wrong(fmt::format("it is not well-formed XML, at line {}, column {}",
                           error.getLineNumber(), error.getColumnNumber())));
  }

  void Fail(Status why) {
    failure_ = std::move(why);
    throw Stop();
  }
  const Status& failure() const { return failure_; }
  std::vector<RssItem> TakeItems() { return std::move(items_); }

 private:
  void Add(std::u16string_view text) {
    text_ += text.substr(0, field_->most - std::min(field_->most, text_.size()));
  }

  std::vector<RssItem> items_;
  std::set<std::u16string, std::less<>> names_;
  std::size_t depth_ = 0;
  bool in_channel_ = false, in_item_ = false;
  const Field* field_ = nullptr;  // whose text is being read
  std::u16string text_;
  Status failure_;
};

void Parse(std::string_view text, Collector& collector) {
  using xml::xerces::XMLUni;
  xml::xerces::SAX2XMLReaderImpl parser;
  parser.setProperty(XMLUni::fgXercesScannerName, const_cast<XMLCh*>(XMLUni::fgWFXMLScanner));
  parser.setFeature(XMLUni::fgSAX2CoreNameSpaces, true);
  parser.setFeature(XMLUni::fgSAX2CoreValidation, false);
  parser.setFeature(XMLUni::fgXercesSchema, false);
  parser.setFeature(XMLUni::fgXercesLoadExternalDTD, false);
  parser.setFeature(XMLUni::fgXercesDisableDefaultEntityResolution, true);
  parser.setXMLEntityResolver(&xml::RefusingResolver::Instance());
  parser.setContentHandler(&collector);
  parser.setErrorHandler(&collector);
  static const XMLCh kName[] = u"feed";
  xml::xerces::MemBufInputSource source(reinterpret_cast<const XMLByte*>(text.data()), text.size(),
                                        kName, false);
  source.setCopyBufToStream(false);
  source.setEncoding(XMLUni::fgUTF8EncodingString);
  try {
    parser.parse(source);
  } catch (const Stop&) {
  } catch (const xml::xerces::OutOfMemoryException&) {
    throw std::bad_alloc();
  }
}

}  // namespace

Result<std::vector<RssItem>> ReadRss(std::string_view bytes) {
  Opened opened;
  if (const auto refused = CheckDoor(bytes, kLimits, &opened)) {
    if (refused->rule == "doctype") return Wrong("it has a DOCTYPE, which no feed needs");
    return Wrong(refused->line == 0 ? refused->text
                                    : fmt::format("{}, at line {}, column {}", refused->text,
                                                  refused->line, refused->column));
  }
  if (opened.root_name != "rss" || !opened.root_namespace.empty()) {
    return Wrong("its root element is not rss: it is another page, or another kind of feed");
  }
  xml::UseXerces();
  Collector collector;
  Parse(opened.text, collector);
  if (!collector.failure().ok()) return collector.failure();
  return collector.TakeItems();
}

}  // namespace utboks
