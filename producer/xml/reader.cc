#include "producer/xml/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLAttr.hpp>
#include <xercesc/framework/XMLElementDecl.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>

#include "producer/xml/content_watch.h"
#include "producer/xml/fault.h"
#include "producer/xml/tag_places.h"
#include "producer/xml/utf8.h"

namespace utboks::xml {
namespace {

// Beyond these a document is no message: Xerces keeps each different unknown name in a
// table that is searched in a line.
constexpr XMLSize_t kMaxUnknownNames = 1'000;
// A table of foreign namespace names larger than this is not kept.
constexpr unsigned int kMaxForeignNames = 16;

// Without handlers Xerces does not tell the reader itself either.
xerces::DefaultHandler& NoHandler() {
  static xerces::DefaultHandler handler;
  return handler;
}

struct Stop {};  // thrown through the parser: enough seen

}  // namespace

// The callbacks are those below SAX, which cost less and say more.
class Reader::Parser : public xerces::SAX2XMLReaderImpl {
 public:
  Parser(const Schema& schema, ReaderGrammarPool* pool, ContentWatch* watch);

  Reading Read(std::string_view text, const ExtractPlan* plan);
  bool leaves_traces() const { return leaves_traces_; }

 private:
  struct Level {
    const XMLCh* name = nullptr;
    std::uint32_t element = 0;
    const ExtractPlan::Node* node = nullptr;
    bool unknown = false;                 // reported: what is below it is not
    std::vector<std::uint32_t> children;  // the numbers of their start tags
    std::vector<std::uint32_t> reported;  // of those that were not expected
  };
  struct Pending {
    std::string_view rule, text;
  };
  // Text where only elements may stand; a CDATA section, unless it is blank.
  struct Stray {
    Pending fault;
    std::string path;
    std::uint32_t element;
  };

  void startElement(const xerces::XMLElementDecl& declaration, const unsigned int name_space,
                    const XMLCh* const prefix,
                    const xerces::RefVectorOf<xerces::XMLAttr>& attributes, const XMLSize_t count,
                    const bool empty, const bool root) override;
  void endElement(const xerces::XMLElementDecl& declaration, const unsigned int name_space,
                  const bool root, const XMLCh* const prefix) override;
  void docCharacters(const XMLCh* const chars, const XMLSize_t length, const bool cdata) override;
  void ignorableWhitespace(const XMLCh* const chars, const XMLSize_t length,
                           const bool cdata) override;
  void error(const unsigned int code, const XMLCh* const domain,
             const xerces::XMLErrorReporter::ErrTypes type, const XMLCh* const text,
             const XMLCh* const system_id, const XMLCh* const public_id, const XMLFileLoc line,
             const XMLFileLoc column) override;

  void OnMisfit(const ContentWatch::Misfit& misfit);
  void OnStartTagRead(Level* parent, Level* level);
  void ForgiveNil(const xerces::XMLElementDecl& declaration,
                  const xerces::RefVectorOf<xerces::XMLAttr>& attributes, XMLSize_t count);
  void OnCdata(std::u16string_view text);
  void ReportStray();
  void OnFatal(const Fault& fault, XMLFileLoc line, XMLFileLoc column);
  void Report(std::string_view rule, std::string text, std::string path, std::uint32_t element);
  void Place(std::string_view text);
  std::string Path(std::size_t levels) const;
  std::string Shown(std::u16string_view name) const;
  std::string TopPath() const { return Path(depth_); }
  std::uint32_t TopElement() const { return depth_ == 0 ? 1 : levels_[depth_ - 1].element; }

  const Schema& schema_;
  ContentWatch* const watch_;

  // Of the document being read.
  const ExtractPlan* plan_ = nullptr;
  Reading reading_;
  std::vector<std::uint32_t> elements_;  // whose each violation is; 0: its place is set
  std::vector<Level> levels_;            // the first depth_ are open; the rest keep memory
  std::size_t depth_ = 0;
  std::uint32_t started_ = 0;    // start tags so far
  unsigned int name_space_ = 0;  // the root's
  bool leaves_traces_ = false;   // it had an xsi:type, or an element that is not declared
  bool capturing_ = false;
  std::u16string captured_;
  std::vector<Pending> pending_;  // faults of the start tag being read
  std::optional<Stray> stray_;    // the fault before this, whose text is still to come
};

Reader::Parser::Parser(const Schema& schema, ReaderGrammarPool* pool, ContentWatch* watch)
    : SAX2XMLReaderImpl(xerces::XMLPlatformUtils::fgMemoryManager, pool),
      schema_(schema),
      watch_(watch) {
  using xerces::XMLUni;
  setValidator(watch_);  // 3.2 does not delete it, whatever its manual says
  setProperty(XMLUni::fgXercesScannerName, const_cast<XMLCh*>(XMLUni::fgSGXMLScanner));
  // No limit on entities: the door lets no DOCTYPE in, and Xerces would count &amp; too.
  setFeature(XMLUni::fgSAX2CoreNameSpaces, true);
  setFeature(XMLUni::fgSAX2CoreValidation, true);
  setFeature(XMLUni::fgXercesDynamic, false);
  setFeature(XMLUni::fgXercesSchema, true);
  setFeature(XMLUni::fgXercesUseCachedGrammarInParse, true);
  setFeature(XMLUni::fgXercesCacheGrammarFromParse, false);
  setFeature(XMLUni::fgXercesLoadSchema, false);
  setFeature(XMLUni::fgXercesLoadExternalDTD, false);
  setFeature(XMLUni::fgXercesDisableDefaultEntityResolution, true);
  // All but one are the end all the same: see error().
  setFeature(XMLUni::fgXercesContinueAfterFatalError, true);
  setXMLEntityResolver(&RefusingResolver::Instance());
  setContentHandler(&NoHandler());
  setErrorHandler(&NoHandler());
}

Reading Reader::Parser::Read(std::string_view text, const ExtractPlan* plan) {
  plan_ = plan;
  reading_ = Reading();
  reading_.whole = true;
  elements_.clear();
  depth_ = 0;
  started_ = 0;
  leaves_traces_ = false;
  capturing_ = false;
  pending_.clear();
  stray_.reset();
  static const XMLCh kName[] = u"document";
  xerces::MemBufInputSource source(reinterpret_cast<const XMLByte*>(text.data()), text.size(),
                                   kName, false);
  source.setCopyBufToStream(false);
  source.setEncoding(xerces::XMLUni::fgUTF8EncodingString);
  try {
    parse(source);
  } catch (const Stop&) {
    reading_.whole = false;
  } catch (const xerces::OutOfMemoryException&) {
    throw std::bad_alloc();
  }
  Place(text);
  return std::move(reading_);
}

void Reader::Parser::startElement(const xerces::XMLElementDecl& declaration,
                                  const unsigned int name_space, const XMLCh* const,
                                  const xerces::RefVectorOf<xerces::XMLAttr>& attributes,
                                  const XMLSize_t count, const bool, const bool root) {
  ReportStray();
  ++started_;
  if (depth_ == levels_.size()) levels_.emplace_back();
  Level& level = levels_[depth_];
  Level* parent = depth_ == 0 ? nullptr : &levels_[depth_ - 1];
  level.name = declaration.getBaseName();
  level.element = started_;
  level.node = nullptr;
  level.unknown = false;
  level.children.clear();
  level.reported.clear();
  if (root) {
    name_space_ = name_space;
    if (plan_ != nullptr) level.node = &plan_->root();
  } else if (parent != nullptr) {
    parent->children.push_back(started_);
    if (parent->node != nullptr && name_space == name_space_) {
      level.node = parent->node->Child(View(level.name));
    }
    level.unknown = parent->unknown;
  }
  if (!pending_.empty()) {
    ForgiveNil(declaration, attributes, count);
    OnStartTagRead(parent, &level);
  }
  ++depth_;
  watch_->ForgetXsiType();

  if (!declaration.isDeclared()) leaves_traces_ = true;
  if (!declaration.isDeclared() && declaration.getId() >= kMaxUnknownNames) {
    Report("too-complex",
           "the document has too many different elements that are not the contract's", TopPath(),
           started_);
    throw Stop();
  }
  for (XMLSize_t i = 0; i < count; ++i) {
    if (View(attributes.elementAt(i)->getName()) == u"type") {
      leaves_traces_ = true;
      reading_.names_types = true;
    }
  }
  if (level.node != nullptr && level.node->field != nullptr) {
    capturing_ = true;
    captured_.clear();
  }
}

// The faults of a start tag come before its element does.
void Reader::Parser::OnStartTagRead(Level* parent, Level* level) {
  const auto faults = std::exchange(pending_, {});
  if (level->unknown) return;  // what it stands in has been reported
  const std::string path = fmt::format("{}/{}", TopPath(), Shown(View(level->name)));
  const auto unexpected = std::ranges::find(faults, "element-unexpected", &Pending::rule);
  if (unexpected != faults.end()) {
    level->unknown = true;
    if (parent != nullptr) parent->reported.push_back(level->element);
    Report(unexpected->rule, std::string(unexpected->text), path, level->element);
    return;
  }
  for (const Pending& fault : faults) {
    Report(fault.rule, std::string(fault.text), path, level->element);
  }
}

// xsi:nil is a boolean, and may be a number; Xerces takes words alone.
void Reader::Parser::ForgiveNil(const xerces::XMLElementDecl& declaration,
                                const xerces::RefVectorOf<xerces::XMLAttr>& attributes,
                                XMLSize_t count) {
  if (!ContentWatch::MayBeNil(declaration)) return;
  for (XMLSize_t i = 0; i < count; ++i) {
    const xerces::XMLAttr& attribute = *attributes.elementAt(i);
    const std::string value = ToUtf8(View(attribute.getValue()));
    if (View(attribute.getName()) != u"nil") continue;
    const std::size_t at = value.find_first_not_of(' ');  // the parser has made all white space so
    if (at == std::string::npos || value.find_last_not_of(' ') != at) continue;
    if (value[at] != '0' && value[at] != '1') continue;
    const bool forgiven = std::erase_if(pending_, [](const Pending& fault) {
                            return fault.rule == kNilFault.rule && fault.text == kNilFault.text;
                          }) > 0;
    if (forgiven && value[at] == '1') watch_->setNillable(true);
  }
}

void Reader::Parser::endElement(const xerces::XMLElementDecl&, const unsigned int, const bool,
                                const XMLCh* const) {
  ReportStray();
  if (depth_ == 0) return;
  const Level& level = levels_[--depth_];
  if (level.node != nullptr && level.node->field != nullptr) {
    capturing_ = false;
    reading_.texts.push_back({level.node->field, SensitiveText(ToUtf8(captured_)), level.element});
  }
}

void Reader::Parser::docCharacters(const XMLCh* const chars, const XMLSize_t length,
                                   const bool cdata) {
  if (cdata) OnCdata(std::u16string_view(chars, length));
  if (capturing_) captured_.append(chars, length);
}

void Reader::Parser::ignorableWhitespace(const XMLCh* const chars, const XMLSize_t length,
                                         const bool cdata) {
  if (cdata) OnCdata(std::u16string_view(chars, length));
}

// Xerces takes no CDATA section where only elements may stand, not even a blank one.
void Reader::Parser::OnCdata(std::u16string_view text) {
  if (text.find_first_not_of(u" \t\n\r") == std::u16string_view::npos) stray_.reset();
}

void Reader::Parser::ReportStray() {
  if (!stray_) return;
  Stray stray = *std::exchange(stray_, std::nullopt);
  Report(stray.fault.rule, std::string(stray.fault.text), std::move(stray.path), stray.element);
}

void Reader::Parser::error(const unsigned int code, const XMLCh* const domain,
                           const xerces::XMLErrorReporter::ErrTypes type, const XMLCh* const,
                           const XMLCh* const, const XMLCh* const, const XMLFileLoc line,
                           const XMLFileLoc column) {
  if (type == xerces::XMLErrorReporter::ErrType_Warning) return;
  if (IsOfHint(domain, code)) return;  // no hint is followed
  ReportStray();
  const Fault fault = DescribeFault(domain, code);
  if (type == xerces::XMLErrorReporter::ErrType_Fatal) {
    OnFatal(fault, line, column);
    throw Stop();
  }
  if (const auto misfit = watch_->TakeMisfit()) {
    OnMisfit(*misfit);
  } else if (watch_->inside()) {
    // A child in place of a value has been reported itself.
    if (fault.rule == "element-unexpected" && depth_ > 0 && !levels_[depth_ - 1].reported.empty()) {
      return;
    }
    const std::string facet = FacetOf(watch_->type(), code);
    Report(fault.rule,
           facet.empty() ? std::string(fault.text) : fmt::format("{}: {}", fault.text, facet),
           TopPath(), TopElement());
  } else if (IsOfText(domain, code)) {
    stray_ = Stray{{fault.rule, fault.text}, TopPath(), TopElement()};
  } else if (IsOfContent(domain, code)) {
    Report(fault.rule, std::string(fault.text), TopPath(), TopElement());
  } else {
    pending_.push_back({fault.rule, fault.text});
  }
}

void Reader::Parser::OnMisfit(const ContentWatch::Misfit& misfit) {
  if (depth_ == 0) return;
  Level& parent = levels_[depth_ - 1];
  const std::string expected =
      misfit.expected.empty() ? "" : fmt::format("; expected: {}", misfit.expected);
  if (misfit.child >= misfit.children || misfit.child >= parent.children.size()) {
    Report("element-missing", fmt::format("the element ends too early{}", expected), TopPath(),
           parent.element);
    return;
  }
  const std::uint32_t child = parent.children[misfit.child];
  if (std::ranges::find(parent.reported, child) != parent.reported.end()) {
    // Known already; what is new is what should stand in its place.
    const auto known = std::ranges::find(elements_, child);
    if (known != elements_.end()) {
      reading_.violations[static_cast<std::size_t>(known - elements_.begin())].text += expected;
    }
    return;
  }
  Report("element-unexpected", fmt::format("this element is not expected here{}", expected),
         fmt::format("{}/{}", TopPath(), Shown(misfit.name)), child);
}

void Reader::Parser::OnFatal(const Fault& fault, XMLFileLoc line, XMLFileLoc column) {
  reading_.whole = false;
  for (const Pending& start : std::exchange(pending_, {})) {
    if (depth_ > 0 && levels_[depth_ - 1].unknown) break;
    Report(start.rule, std::string(start.text), TopPath() + "/*", started_ + 1);
  }
  Report(fault.rule, std::string(fault.text), TopPath(), 0);
  if (reading_.more > 0) return;
  reading_.violations.back().line = static_cast<int>(line);
  reading_.violations.back().column = static_cast<int>(column);
}

void Reader::Parser::Report(std::string_view rule, std::string text, std::string path,
                            std::uint32_t element) {
  if (reading_.violations.size() == kMaxViolations) {
    if (++reading_.more == kMaxCounted) throw Stop();
    return;
  }
  reading_.violations.push_back({std::string(rule), 0, 0, std::move(path), std::move(text)});
  elements_.push_back(element);
}

// Gives each violation its place and puts them in the order of the document.
void Reader::Parser::Place(std::string_view text) {
  if (reading_.violations.empty()) return;
  std::vector<std::uint32_t> wanted;
  for (const std::uint32_t element : elements_) {
    if (element != 0) wanted.push_back(element);
  }
  std::ranges::sort(wanted);
  const auto places = PlacesOfTags(text, wanted);
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (elements_[i] == 0) continue;
    const auto found = std::ranges::lower_bound(wanted, elements_[i]) - wanted.begin();
    reading_.violations[i].line = places[static_cast<std::size_t>(found)].line;
    reading_.violations[i].column = places[static_cast<std::size_t>(found)].column;
  }
  std::ranges::stable_sort(reading_.violations, [](const Violation& a, const Violation& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

std::string Reader::Parser::Path(std::size_t levels) const {
  std::string path;
  for (std::size_t i = 0; i < levels; ++i) {
    path += '/';
    path += Shown(View(levels_[i].name));
  }
  return path;
}

std::string Reader::Parser::Shown(std::u16string_view name) const {
  return schema_.Knows(name) ? ToUtf8(name) : "*";
}

Reader::Reader(std::shared_ptr<const Schema> schema)
    : schema_(std::move(schema)),
      pool_(schema_->MakeReaderPool()),
      watch_(std::make_unique<ContentWatch>()),
      parser_(std::make_unique<Parser>(*schema_, pool_.get(), watch_.get())) {}

Reader::~Reader() = default;

Reading Reader::Read(std::string_view text, const ExtractPlan* plan) {
  reusable_ = false;  // should the parser throw
  Reading reading = parser_->Read(text, plan);
  reusable_ = reading.whole && reading.violations.empty() && !parser_->leaves_traces() &&
              pool_->foreign_names() <= kMaxForeignNames;
  return reading;
}

}  // namespace utboks::xml
