#include "producer/xml/schema_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "producer/xml/door.h"
#include "producer/xml/tag_scanner.h"

namespace utboks {
namespace {

constexpr std::string_view kSchemaNamespace = "http://www.w3.org/2001/XMLSchema";
// Larger than any contract; how deep and wide is as for documents.
constexpr DoorLimits kLimits{.max_document = 8u << 20};
// What entities and default attributes may add, at most, to a file.
constexpr std::size_t kMaxAdded = 16u << 20;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// A DOCTYPE, read up to its ">".
class Doctype {
 public:
  // `text` begins with "<!DOCTYPE".  What is wrong with it, or "".
  std::string Read(std::string_view text);

  std::size_t length() const { return at_; }
  // What names an external DTD: from behind the root element's name to the subset.
  std::size_t outside_begin() const { return outside_begin_; }
  std::size_t outside_end() const { return outside_end_; }
  std::size_t subset() const { return subset_; }  // bytes between its brackets
  const std::set<std::string, std::less<>>& entities() const { return entities_; }

 private:
  std::string ReadSubset();
  std::string ReadDeclaration();
  // Moves behind `close`; false when it does not come.
  bool SkipPast(std::string_view close);
  void SkipSpace();
  bool Take(std::string_view word);
  std::string_view Name();
  // A quoted text, if one begins here.
  std::optional<std::string_view> Literal();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t outside_begin_ = 0;
  std::size_t outside_end_ = 0;
  std::size_t subset_ = 0;
  std::set<std::string, std::less<>> entities_;
};

// A name as an error shows it: whatever the file is, the text stays one short line.
std::string_view Shown(std::string_view name) {
  return name.substr(0, 40);
}

constexpr std::string_view kBroken = "its DOCTYPE is not well formed";

bool Doctype::SkipPast(std::string_view close) {
  const std::size_t found = text_.find(close, at_);
  if (found == std::string_view::npos) return false;
  at_ = found + close.size();
  return true;
}

void Doctype::SkipSpace() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
}

bool Doctype::Take(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

std::string_view Doctype::Name() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && !IsSpace(text_[at_]) &&
         std::string_view("<>[]%&;\"'").find(text_[at_]) == std::string_view::npos) {
    ++at_;
  }
  return text_.substr(begin, at_ - begin);
}

std::optional<std::string_view> Doctype::Literal() {
  if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return std::nullopt;
  const std::size_t begin = at_ + 1;
  const std::size_t end = text_.find(text_[at_], begin);
  if (end == std::string_view::npos) return std::nullopt;
  at_ = end + 1;
  return text_.substr(begin, end - begin);
}

std::string Doctype::Read(std::string_view text) {
  text_ = text;
  Take("<!DOCTYPE");
  SkipSpace();
  Name();
  outside_begin_ = at_;
  while (at_ < text_.size() && text_[at_] != '[' && text_[at_] != '>') {
    const bool quoted = text_[at_] == '"' || text_[at_] == '\'';
    if (!quoted) {
      ++at_;
    } else if (!Literal()) {
      return std::string(kBroken);
    }
  }
  outside_end_ = at_;
  if (Take("[")) {
    const std::size_t begin = at_;
    if (std::string why = ReadSubset(); !why.empty()) return why;
    subset_ = at_ - begin;
    SkipSpace();
  }
  return Take(">") ? "" : std::string(kBroken);
}

// Up to its "]".
std::string Doctype::ReadSubset() {
  while (true) {
    SkipSpace();
    if (Take("]")) return "";
    if (Take("<!--")) {
      if (!SkipPast("-->")) return std::string(kBroken);
    } else if (Take("<?")) {
      if (!SkipPast("?>")) return std::string(kBroken);
    } else if (text_.substr(at_).starts_with('%')) {
      return "its DOCTYPE uses a parameter entity, which may not be";
    } else if (Take("<!")) {
      if (std::string why = ReadDeclaration(); !why.empty()) return why;
    } else {
      return std::string(kBroken);
    }
  }
}

// From behind "<!" to its ">".
std::string Doctype::ReadDeclaration() {
  const std::string_view kind = Name();
  if (kind != "ENTITY" && kind != "ATTLIST" && kind != "ELEMENT" && kind != "NOTATION") {
    return std::string(kBroken);
  }
  if (kind == "ENTITY") {
    SkipSpace();
    const bool parameter = Take("%");
    SkipSpace();
    const std::string_view name = Name();
    SkipSpace();
    if (name.empty()) return std::string(kBroken);
    if (text_.substr(at_).starts_with("SYSTEM") || text_.substr(at_).starts_with("PUBLIC")) {
      return fmt::format("its DOCTYPE has an entity {} outside the file, which may not be",
                         Shown(name));
    }
    if (!parameter) entities_.emplace(name);
  }
  while (at_ < text_.size() && text_[at_] != '>') {
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      const auto literal = Literal();
      if (!literal) return std::string(kBroken);
      // Nothing that is expanded holds anything to expand: so all of it can be counted.
      if (literal->find_first_of("&<") != std::string_view::npos ||
          (kind == "ENTITY" && literal->find('%') != std::string_view::npos)) {
        return "its DOCTYPE has an entity or attribute that holds references or markup, which may "
               "not be";
      }
    } else if (c == '%' || c == '<' || c == '[' || c == ']' || c == '&') {
      return std::string(kBroken);
    } else {
      ++at_;
    }
  }
  return Take(">") ? "" : std::string(kBroken);
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Xerces passes over what is not declared, where it might stand in a DTD elsewhere.
// In comments too: that is told apart only by parsing.
std::string CheckReferences(std::string_view text, const Doctype& doctype) {
  static const std::set<std::string_view> kPredefined = {"amp", "lt", "gt", "quot", "apos"};
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && IsNameByte(text[end])) ++end;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name.empty() || end == text.size() || text[end] != ';') continue;  // the parser's matter
    if (!kPredefined.contains(name) && !doctype.entities().contains(name)) {
      return fmt::format("it uses an entity {} that it does not declare", Shown(name));
    }
  }
  return "";
}

// Blanks in place of what stands there; lines stay lines.
void Blank(std::string* text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (!IsSpace((*text)[i])) (*text)[i] = ' ';
  }
}

// Looks at the DOCTYPE.  *text goes on without the external DTD, *rest without it all.
std::string CheckDoctype(std::string* text, std::string* rest) {
  xml::TagScanner scanner(*text);
  if (scanner.Next() != xml::TagScanner::Tag::kDoctype) return "";
  const std::size_t begin = scanner.offset();
  Doctype doctype;
  if (std::string why = doctype.Read(std::string_view(*text).substr(begin)); !why.empty()) {
    return why;
  }
  Blank(text, begin + doctype.outside_begin(), begin + doctype.outside_end());
  Blank(rest, begin, begin + doctype.length());
  const auto marks = static_cast<std::size_t>(
      std::ranges::count_if(*rest, [](char c) { return c == '&' || c == '<'; }));
  if (doctype.subset() != 0 && marks > kMaxAdded / doctype.subset()) {
    return "what its DOCTYPE declares may make it too large";
  }
  return CheckReferences(*rest, doctype);
}

}  // namespace

std::optional<std::string> CheckSchemaDoor(std::string_view bytes, std::string* text) {
  if (bytes.size() > kLimits.max_document) return "it is too large for a schema";
  *text = bytes;
  std::string rest(bytes);
  if (std::string why = CheckDoctype(text, &rest); !why.empty()) return why;
  Opened opened;
  if (const auto refused = CheckDoor(rest, kLimits, &opened)) {
    return refused->line == 0 ? refused->text
                              : fmt::format("line {}: {}", refused->line, refused->text);
  }
  if (opened.root_name != "schema" || opened.root_namespace != kSchemaNamespace) {
    return "it holds no schema";
  }
  return std::nullopt;
}

}  // namespace utboks
