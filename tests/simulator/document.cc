#include "tests/simulator/document.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "queue/base/utf8.h"

namespace utboks::simulator {
namespace {

constexpr std::string_view kName = "avsendersMeldingsidentifikator";
constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

// What the reference &`name`; stands for; unknown ones are kept as they are.
void AppendReference(std::string_view name, std::string& out) {
  for (const auto& [entity, c] : kEntities) {
    if (name == entity) {
      out += c;
      return;
    }
  }
  if (name.starts_with('#')) {
    const bool hexadecimal = name.starts_with("#x");
    const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t c = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), c, hexadecimal ? 16 : 10);
    if (error == std::errc() && end == digits.data() + digits.size() && c <= 0x10FFFF) {
      AppendUtf8(c, &out);
      return;
    }
  }
  out += '&';
  out += name;
  out += ';';
}

void AppendText(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t start = text.find('&');
    out += text.substr(0, start);
    if (start == std::string_view::npos) return;
    const std::size_t end = text.find(';', start);
    if (end == std::string_view::npos) {
      out += text.substr(start);
      return;
    }
    AppendReference(text.substr(start + 1, end - start - 1), out);
    text.remove_prefix(end + 1);
  }
}

// Takes what `xml` begins with, up to and with `end`; false when `end` is missing.
bool Skip(std::string_view& xml, std::string_view end) {
  const std::size_t found = xml.find(end);
  if (found == std::string_view::npos) return false;
  xml.remove_prefix(found + end.size());
  return true;
}

// The local name of the tag that `tag`, after its '<', begins with.
std::string_view LocalName(std::string_view tag) {
  std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// Past the '>' that ends a tag; one inside an attribute's quotes ends nothing.
// `empty` tells an empty-element tag.
bool SkipTag(std::string_view& xml, bool& empty) {
  char quote = 0;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    const char c = xml[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      empty = i > 0 && xml[i - 1] == '/';
      xml.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

// The character data up to the next tag.
std::string ReadText(std::string_view xml) {
  std::string text;
  while (true) {
    const std::size_t markup = xml.find('<');
    if (markup == std::string_view::npos) return {};
    AppendText(xml.substr(0, markup), text);
    xml.remove_prefix(markup);
    if (xml.starts_with("<![CDATA[")) {
      const std::size_t end = xml.find("]]>");
      if (end == std::string_view::npos) return {};
      text += xml.substr(9, end - 9);
      xml.remove_prefix(end + 3);
    } else if (xml.starts_with("<!--")) {
      if (!Skip(xml, "-->")) return {};
    } else if (xml.starts_with("<?")) {
      if (!Skip(xml, "?>")) return {};
    } else {
      return text;
    }
  }
}

}  // namespace

std::string FindIdentifier(std::string_view xml) {
  while (true) {
    const std::size_t markup = xml.find('<');
    if (markup == std::string_view::npos) return {};
    xml.remove_prefix(markup);
    bool found = true;
    if (xml.starts_with("<!--")) {
      found = Skip(xml, "-->");
    } else if (xml.starts_with("<![CDATA[")) {
      found = Skip(xml, "]]>");
    } else if (xml.starts_with("<?")) {
      found = Skip(xml, "?>");
    } else {
      xml.remove_prefix(1);
      const bool wanted = LocalName(xml) == kName;
      bool empty = false;
      found = SkipTag(xml, empty);
      if (found && wanted) return empty ? std::string() : ReadText(xml);
    }
    if (!found) return {};
  }
}

std::string EscapeXml(std::string_view text) {
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
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace utboks::simulator
