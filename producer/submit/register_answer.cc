#include "producer/submit/register_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "queue/base/ascii.h"
#include "queue/base/utf8.h"

namespace utboks {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool BeginsWith(std::string_view text, std::string_view beginning) {
  return EqualsIgnoringCase(text.substr(0, beginning.size()), beginning);
}

std::string_view Trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool IsLetterOrDigit(char c) {
  return (c >= '0' && c <= '9') || (AsciiLower(c) >= 'a' && AsciiLower(c) <= 'z');
}

// Text with its references resolved; nothing when it has one that is not XML's own.
std::optional<std::string> Resolve(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  std::string resolved;
  while (!text.empty()) {
    const auto ampersand = text.find('&');
    resolved += text.substr(0, ampersand);
    if (ampersand == std::string_view::npos) break;
    text.remove_prefix(ampersand + 1);
    const auto end = text.find(';');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    std::string_view name = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (name.front() == '#') {
      name.remove_prefix(1);
      const bool hex = name.starts_with('x');
      if (hex) name.remove_prefix(1);
      std::uint32_t point = 0;
      const auto [stop, error] =
          std::from_chars(name.data(), name.data() + name.size(), point, hex ? 16 : 10);
      if (error != std::errc() || stop != name.data() + name.size() || point == 0 ||
          point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
        return std::nullopt;
      }
      AppendUtf8(point, &resolved);
      continue;
    }
    const auto known = std::find_if(kNamed.begin(), kNamed.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (known == kNamed.end()) return std::nullopt;
    resolved.push_back(known->second);
  }
  return resolved;
}

std::string FromLatin1(std::string_view text) {
  std::string utf8;
  for (const char c : text) AppendUtf8(static_cast<unsigned char>(c), &utf8);
  return utf8;
}

// Walks over XML's tags, comments and texts.
class Scan {
 public:
  Scan(std::string_view body, bool latin1) : rest_(body), latin1_(latin1) {}

  void Run(RegisterAnswer* answer) {
    while (Step(answer)) {
    }
  }

 private:
  bool Step(RegisterAnswer* answer) {
    const auto open = rest_.find('<');
    if (open == std::string_view::npos) return false;
    if (depth_ == 2) Add(Resolve(Utf8(rest_.substr(0, open))));
    rest_.remove_prefix(open);
    if (rest_.starts_with("<!--")) return SkipPast("-->");
    if (rest_.starts_with("<![CDATA[")) return CharacterData();
    if (rest_.starts_with("<?")) return SkipPast("?>");
    if (rest_.starts_with("<!")) return false;  // DOCTYPE: nothing of it is ours
    return rest_.starts_with("</") ? CloseTag(answer) : OpenTag(answer);
  }

  bool SkipPast(std::string_view mark) {
    const auto at = rest_.find(mark);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + mark.size());
    return true;
  }

  bool CharacterData() {
    rest_.remove_prefix(std::string_view("<![CDATA[").size());
    const auto end = rest_.find("]]>");
    if (end == std::string_view::npos) return false;
    if (depth_ == 2) Add(Utf8(rest_.substr(0, end)));
    rest_.remove_prefix(end + 3);
    return true;
  }

  std::string Utf8(std::string_view text) const {
    return latin1_ ? FromLatin1(text) : std::string(text);
  }

  void Add(const std::optional<std::string>& text) {
    if (!text) readable_ = false;
    if (readable_) value_ += *text;
  }

  // The name without its prefix; `rest_` stands after the name.
  std::string_view TakeName() {
    const auto end = rest_.find_first_of(" \t\r\n/>");
    std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(name.size());
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }

  // To the tag's end, past quoted values; nothing when it has none.
  std::optional<bool> TagIsEmpty() {
    char quote = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        const bool empty = i > 0 && rest_[i - 1] == '/';
        rest_.remove_prefix(i + 1);
        return empty;
      }
    }
    return std::nullopt;
  }

  bool OpenTag(RegisterAnswer* answer) {
    rest_.remove_prefix(1);
    const std::string_view name = TakeName();
    const auto empty = TagIsEmpty();
    if (name.empty() || !empty) return false;
    if (depth_ == 0) {
      if (EqualsIgnoringCase(name, "meldingMottatt")) {
        answer->kind = RegisterAnswer::Kind::kReceipt;
      } else if (EqualsIgnoringCase(name, "folkeregisterFeilmelding")) {
        answer->kind = RegisterAnswer::Kind::kError;
      } else {
        return false;
      }
      root_ = name;
    } else if (depth_ == 1) {
      name_ = name;
      value_.clear();
      readable_ = true;
    }
    if (!*empty) {
      ++depth_;
    } else if (depth_ == 0) {
      answer->whole = true;
      return false;
    }
    return true;
  }

  bool CloseTag(RegisterAnswer* answer) {
    rest_.remove_prefix(2);
    const std::string_view name = TakeName();
    if (!TagIsEmpty()) return false;
    --depth_;
    if (depth_ == 0) {
      answer->whole = name == root_;
      return false;
    }
    if (depth_ == 1) {
      if (name != name_) return false;
      if (readable_) Keep(answer);
    }
    return true;
  }

  void Keep(RegisterAnswer* answer) {
    struct Field {
      std::string_view name;
      std::string RegisterAnswer::*value;
    };
    static constexpr std::array<Field, 4> kFields = {
        {{"folkeregisterReferanse", &RegisterAnswer::reference},
         {"avsendersMeldingsidentifikator", &RegisterAnswer::identifikator},
         {"feilkode", &RegisterAnswer::feilkode},
         {"feilmelding", &RegisterAnswer::feilmelding}}};
    for (const Field& field : kFields) {
      std::string& value = answer->*field.value;
      if (!EqualsIgnoringCase(name_, field.name) || !value.empty()) continue;
      value = Trim(value_);
    }
  }

  std::string_view rest_;
  const bool latin1_;
  int depth_ = 0;
  std::string_view root_, name_;  // of depth 1 and 2
  std::string value_;
  bool readable_ = true;
};

bool IsLatin1(std::string_view body, std::string_view content_type) {
  const auto named = [](const std::string& text) {
    return text.find("iso-8859-1") != std::string::npos ||
           text.find("windows-1252") != std::string::npos;
  };
  if (named(AsciiLowered(content_type))) return true;
  return body.starts_with("<?xml") && named(AsciiLowered(body.substr(0, body.find("?>"))));
}

bool LooksLikeHtml(std::string_view body, std::string_view content_type) {
  if (BeginsWith(content_type, "text/html") || BeginsWith(content_type, "application/xhtml")) {
    return true;
  }
  // Past what may stand before the first tag.
  for (;;) {
    body = Trim(body);
    const bool comment = body.starts_with("<!--");
    if (!comment && !body.starts_with("<?")) break;
    const auto end = body.find(comment ? "-->" : "?>");
    if (end == std::string_view::npos) return false;
    body.remove_prefix(end + (comment ? 3 : 2));
  }
  for (const std::string_view tag :
       {"<!doctype html", "<html", "<head", "<body", "<title", "<center", "<h1"}) {
    if (BeginsWith(body, tag)) return true;
  }
  return false;
}

// "Your support ID is: <b>1234567890</b>": the first word with a digit that
// follows within a line's reach.
std::string SupportId(std::string_view page) {
  constexpr std::size_t kReach = 120, kShortest = 4, kLongest = 64;
  const std::string lowered = AsciiLowered(page);
  std::size_t at = 0;
  while ((at = lowered.find("support", at)) != std::string::npos) {
    at += std::string_view("support").size();
    std::size_t i = at;
    while (i < lowered.size() && (lowered[i] == ' ' || lowered[i] == '-' || lowered[i] == '_')) ++i;
    if (lowered.compare(i, 2, "id") != 0) continue;
    i += 2;
    const std::size_t end = std::min(page.size(), i + kReach);
    while (i < end) {
      if (page[i] == '<') {  // a tag's own attributes are no id
        const auto close = page.find('>', i);
        if (close == std::string_view::npos) break;
        i = close + 1;
        continue;
      }
      std::size_t word = i;
      while (word < page.size() && (IsLetterOrDigit(page[word]) || page[word] == '-')) ++word;
      const std::string_view found = page.substr(i, word - i);
      const bool digit =
          std::any_of(found.begin(), found.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (digit && found.size() >= kShortest && found.size() <= kLongest) return std::string(found);
      i = std::max(word, i + 1);
    }
  }
  return {};
}

}  // namespace

RegisterAnswer ReadAnswer(std::string_view body, std::string_view content_type) {
  RegisterAnswer answer;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  body = Trim(body);
  if (body.empty()) return answer;
  Scan(body, IsLatin1(body, content_type)).Run(&answer);
  if (answer.kind == RegisterAnswer::Kind::kOther && LooksLikeHtml(body, content_type)) {
    answer.kind = RegisterAnswer::Kind::kHtml;
    answer.support_id = SupportId(body);
  }
  return answer;
}

}  // namespace utboks
