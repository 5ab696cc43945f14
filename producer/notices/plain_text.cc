#include "producer/notices/plain_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "queue/base/ascii.h"
#include "queue/base/utf8.h"

namespace utboks {
namespace {

constexpr std::array<std::string_view, 14> kBlocks = {"p",  "br", "li", "ul", "ol", "div", "tr",
                                                      "h1", "h2", "h3", "h4", "h5", "h6",  "table"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kEntities = {
    {{"amp", "&"},
     {"lt", "<"},
     {"gt", ">"},
     {"quot", "\""},
     {"apos", "'"},
     {"nbsp", " "},
     {"aelig", "æ"},
     {"oslash", "ø"},
     {"aring", "å"},
     {"AElig", "Æ"},
     {"Oslash", "Ø"},
     {"Aring", "Å"},
     {"ndash", "–"}}};

// Longer than any entity; what has no end by then is none.
constexpr std::size_t kLongestEntity = 12;

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct Tag {
  std::size_t size = 0;  // 0: it is none
  bool block = false;
};

// A tag, or a comment where one ends somewhere, at the start of `text`.
Tag TagAt(std::string_view text, bool comment_ends) {
  if (text.starts_with("<!--")) {
    const std::size_t end = comment_ends ? text.find("-->") : std::string_view::npos;
    return end == std::string_view::npos ? Tag{} : Tag{end + 3, false};
  }
  std::size_t at = text.starts_with("</") ? 2 : 1;
  const std::size_t name = at;
  while (at < text.size() && IsAlnum(text[at])) ++at;
  if (at == name || at == text.size()) return {};
  if (text[at] != '>' && text[at] != '/' && text[at] != ' ' && text[at] != '\n') return {};
  const std::size_t end = text.find('>', at);
  if (end == std::string_view::npos) return {};
  const std::string word = AsciiLowered(text.substr(name, at - name));
  return {end + 1, std::find(kBlocks.begin(), kBlocks.end(), word) != kBlocks.end()};
}

std::optional<std::uint32_t> CodePoint(std::string_view digits) {
  int base = 10;
  if (digits.starts_with('x') || digits.starts_with('X')) {
    digits.remove_prefix(1);
    base = 16;
  }
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (!whole || value == 0 || value > 0x10FFFF || surrogate) return std::nullopt;
  return value;
}

// Decodes the entity at the start of `text` into *out; 0 when there is none.
std::size_t TakeEntity(std::string_view text, std::string* out) {
  const std::size_t end = text.substr(0, kLongestEntity).find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = text.substr(1, end - 1);
  if (name.starts_with('#')) {
    const auto code = CodePoint(name.substr(1));
    if (!code) return 0;
    AppendUtf8(*code, out);
    return end + 1;
  }
  for (const auto& [entity, character] : kEntities) {
    if (entity != name) continue;
    *out += character;
    return end + 1;
  }
  return 0;
}

std::string WithoutMarkup(std::string_view markup) {
  std::string text;
  text.reserve(markup.size());
  // Where there is no end any more, nothing is a tag: else each "<" would look for it anew.
  const std::size_t last = markup.rfind('>');
  const std::size_t last_comment = markup.rfind("-->");
  for (std::size_t at = 0; at < markup.size();) {
    const std::string_view rest = markup.substr(at);
    if (markup[at] == '<' && last != std::string_view::npos && at < last) {
      const bool comment_ends = last_comment != std::string_view::npos && at < last_comment;
      if (const Tag tag = TagAt(rest, comment_ends); tag.size > 0) {
        if (tag.block) text += '\n';
        at += tag.size;
        continue;
      }
    }
    if (markup[at] == '&') {
      if (const std::size_t taken = TakeEntity(rest, &text); taken > 0) {
        at += taken;
        continue;
      }
    }
    text += markup[at++];
  }
  return text;
}

}  // namespace

std::string PlainLines(std::string_view markup) {
  constexpr std::string_view kHardSpace = "\xC2\xA0";
  const std::string text = WithoutMarkup(markup);
  std::string lines;
  char pending = 0;  // the white space before the next character
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const bool hard = rest.starts_with(kHardSpace);
    if (hard || BeginsWithControl(rest) || rest[0] == ' ') {
      if (rest[0] == '\n') {
        pending = '\n';
      } else if (pending == 0) {
        pending = ' ';
      }
      at += std::max<std::size_t>(Utf8SequenceLength(rest), 1);
      continue;
    }
    if (pending != 0 && !lines.empty()) lines += pending;
    pending = 0;
    lines += text[at++];
  }
  return lines;
}

std::string OnOneLine(std::string_view lines) {
  std::string line(lines);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string LowerNorwegian(std::string_view text) {
  std::string lowered = AsciiLowered(text);
  for (std::size_t at = 0; at + 1 < lowered.size(); ++at) {
    // U+00C0 to U+00DE but the multiplication sign.
    const auto second = static_cast<unsigned char>(lowered[at + 1]);
    if (lowered[at] == '\xC3' && second >= 0x80 && second <= 0x9E && second != 0x97) {
      lowered[at + 1] = static_cast<char>(second + 0x20);
    }
  }
  return lowered;
}

std::string CutText(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  constexpr std::string_view kMore = "…";
  std::size_t end = most - std::min(most, kMore.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + std::string(kMore);
}

}  // namespace utboks
