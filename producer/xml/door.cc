#include "producer/xml/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "producer/xml/tag_scanner.h"
#include "producer/xml/utf8.h"
#include "queue/base/ascii.h"
#include "queue/base/utf8.h"

namespace utboks {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// How far `text` goes before the first character that `ends` it.  (find_first_of asks
// memchr about every single character.)
template <typename Ends>
std::size_t LengthUntil(std::string_view text, Ends ends) {
  std::size_t length = 0;
  while (length < text.size() && !ends(text[length])) ++length;
  return length;
}

std::string_view SkipSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

Violation Whole(std::string_view rule, std::string text) {
  return {std::string(rule), 0, 0, "", std::move(text)};
}

Violation At(std::string_view text, std::size_t offset, std::string_view rule, std::string why) {
  const auto place = xml::PlaceFinder(text).At(offset);
  return {std::string(rule), place.line, place.column, "", std::move(why)};
}

// Reads `name = "value"` off the front of `text`; false when it is none.
bool TakeAttribute(std::string_view* text, std::string_view* name, std::string_view* value) {
  std::string_view rest = SkipSpace(*text);
  const std::size_t end = LengthUntil(rest, [](char c) {
    return IsSpace(c) || c == '=' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '/';
  });
  if (end == 0) return false;
  *name = rest.substr(0, end);
  rest = SkipSpace(rest.substr(end));
  if (!rest.starts_with('=')) return false;
  rest = SkipSpace(rest.substr(1));
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return false;
  const std::size_t close = rest.find(rest[0], 1);
  if (close == std::string_view::npos) return false;
  *value = rest.substr(1, close - 1);
  *text = rest.substr(close + 1);
  return true;
}

// Only what decides whether the document goes on: the parser reads the rest of
// the declaration's grammar.
std::optional<Violation> CheckDeclaration(std::string_view text) {
  if (!text.starts_with("<?xml") || text.size() < 6 || !IsSpace(text[5])) return std::nullopt;
  const std::size_t end = text.find("?>");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(5, end - 5);
  std::string_view name;
  std::string_view value;
  while (TakeAttribute(&rest, &name, &value)) {
    if (name == "version" && value != "1.0") {
      return At(text, 0, "xml-version", "the document must be XML 1.0");
    }
    if (name == "encoding" && !EqualsIgnoringCase(value, "UTF-8")) {
      return At(text, 0, "encoding",
                "the document must be UTF-8, and say so or say nothing in its XML declaration");
    }
  }
  return std::nullopt;
}

std::optional<Violation> CheckBytes(std::string_view document, std::string_view text) {
  if (document.starts_with("\xFE\xFF") || document.starts_with("\xFF\xFE") ||
      text.substr(0, 4).find('\0') != std::string_view::npos) {
    return Whole("encoding", "the document is UTF-16, UTF-32 or no text at all; it must be UTF-8");
  }
  if (text.starts_with(kMark)) {
    return Whole("encoding", "the byte order mark stands twice");
  }
  if (const auto bad = xml::FindBadByte(text)) {
    return bad->kind == xml::BadByte::Kind::kEncoding
               ? At(text, bad->offset, "encoding", "here the bytes are not UTF-8")
               : At(text, bad->offset, "character", "here stands a character that XML forbids");
  }
  return CheckDeclaration(text);
}

std::optional<Violation> CheckTags(const DoorLimits& limits, Opened* opened) {
  const std::string_view text = opened->text;
  xml::TagScanner scanner(text);
  int depth = 0;
  int declarations = 0;
  std::string_view root;
  for (auto tag = scanner.Next(); tag != xml::TagScanner::Tag::kDone; tag = scanner.Next()) {
    if (tag == xml::TagScanner::Tag::kBroken) break;  // the parser stops there too, and says why
    if (tag == xml::TagScanner::Tag::kDoctype) {
      return At(text, scanner.offset(), "doctype", "a message may not have a DOCTYPE");
    }
    if (tag == xml::TagScanner::Tag::kEnd) {
      --depth;
      continue;
    }
    if (root.empty()) {
      root = scanner.tag();
      opened->root = scanner.offset();
    }
    if (depth >= limits.max_depth) {
      return At(text, scanner.offset(), "too-deep",
                fmt::format("elements are nested deeper than {} levels", limits.max_depth));
    }
    if (tag == xml::TagScanner::Tag::kStart) ++depth;
    if (scanner.attributes() == 0) continue;
    declarations += scanner.declarations();
    if (scanner.attributes() > limits.max_attributes || declarations > limits.max_attributes) {
      return At(text, scanner.offset(), "too-many-attributes",
                fmt::format("more than {} attributes on one element, or namespace declarations "
                            "in the document",
                            limits.max_attributes));
    }
  }
  if (root.empty()) return Whole("not-well-formed", "there is no XML element in the document");
  if (!ReadRootTag(root, &opened->root_name, &opened->root_namespace)) {
    return At(text, opened->root, "not-well-formed",
              "the root element's tag is not well formed, or its prefix is not declared");
  }
  return std::nullopt;
}

// `digits` of "&#…;" as a code point; 0 when it is none.
std::uint32_t CodePoint(std::string_view digits) {
  int base = 10;
  if (digits.starts_with('x')) {
    digits.remove_prefix(1);
    base = 16;
  }
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return 0;
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return surrogate || value > 0x10FFFF ? 0 : value;
}

// A reference of the text that follows "&", up to ";"; 0 when there is no such.
std::uint32_t Reference(std::string_view body) {
  if (body == "amp") return '&';
  if (body == "lt") return '<';
  if (body == "gt") return '>';
  if (body == "quot") return '"';
  if (body == "apos") return '\'';
  return body.starts_with('#') ? CodePoint(body.substr(1)) : 0;
}

// An attribute's value as the parser sees it.
bool Decode(std::string_view raw, std::string* out) {
  out->clear();
  out->reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '&') {
      out->push_back(IsSpace(raw[i]) ? ' ' : raw[i]);
      continue;
    }
    const std::size_t end = raw.find(';', i);
    if (end == std::string_view::npos) return false;
    const std::uint32_t c = Reference(raw.substr(i + 1, end - i - 1));
    if (c == 0) return false;
    AppendUtf8(c, out);
    i = end;
  }
  return true;
}

}  // namespace

std::optional<Violation> CheckDoor(std::string_view document, const DoorLimits& limits,
                                   Opened* opened) {
  if (document.size() > limits.max_document) {
    return Whole("too-large",
                 fmt::format("the document is larger than {} bytes", limits.max_document));
  }
  opened->text = document;
  if (document.starts_with(kMark)) opened->text.remove_prefix(kMark.size());
  if (auto violation = CheckBytes(document, opened->text)) return violation;
  return CheckTags(limits, opened);
}

bool ReadRootTag(std::string_view tag, std::string* name, std::string* name_space) {
  if (tag.starts_with('<')) tag.remove_prefix(1);
  const std::size_t name_end =
      LengthUntil(tag, [](char c) { return IsSpace(c) || c == '/' || c == '>'; });
  const std::string_view qualified = tag.substr(0, name_end);
  const std::size_t colon = qualified.find(':');
  const bool prefixed = colon != std::string_view::npos;
  const std::string_view local = prefixed ? qualified.substr(colon + 1) : qualified;
  if (local.empty() || colon == 0) return false;
  *name = local;
  const std::string wanted =
      prefixed ? "xmlns:" + std::string(qualified.substr(0, colon)) : std::string("xmlns");

  std::string_view rest = tag.substr(name_end);
  std::string_view attribute;
  std::string_view value;
  bool found = !prefixed;
  name_space->clear();
  while (TakeAttribute(&rest, &attribute, &value)) {
    if (attribute != wanted) continue;
    if (!Decode(value, name_space)) return false;
    found = true;
  }
  rest = SkipSpace(rest);
  return found && (rest == ">" || rest == "/>");
}

}  // namespace utboks
