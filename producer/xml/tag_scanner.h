// Finds the tags of a document without parsing it.
//
// It exists because Xerces takes seconds over 100,000 levels or attributes before
// it says anything: the door counts first.  It tells start tags, empty tags and
// end tags apart and skips comments, CDATA and processing instructions; names and
// text are not looked at.  Up to the place where the parser would stop because the
// document is not well formed it sees exactly the tags that the parser sees, in
// the same order; beyond it may see anything.  Pure, header-only for speed: the
// whole scan has to cost a few per cent of a validation.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace utboks::xml {

class TagScanner {
 public:
  enum class Tag {
    kStart,
    kEmpty,
    kEnd,
    kDoctype,
    kBroken,  // markup that is not well formed: ask the parser
    kDone
  };

  explicit TagScanner(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  Tag Next();
  // The tag just returned: where its "<" stands, and its bytes from "<" to ">".
  std::size_t offset() const { return static_cast<std::size_t>(tag_ - begin_); }
  std::string_view tag() const { return {tag_, static_cast<std::size_t>(at_ - tag_)}; }
  // Of a start or empty tag; a namespace declaration is counted in both.
  int attributes() const { return attributes_; }
  int declarations() const { return declarations_; }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const char* Find(const char* from, char c) const {
    return static_cast<const char*>(std::memchr(from, c, static_cast<std::size_t>(end_ - from)));
  }
  // Moves behind `close`; false when it does not come.
  bool SkipPast(std::string_view close) {
    const std::string_view rest(at_, left());
    const std::size_t found = rest.find(close);
    if (found == std::string_view::npos) return false;
    at_ += found + close.size();
    return true;
  }
  Tag StartTag();
  bool CountAttributes(const char* at);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* tag_ = nullptr;
  int attributes_ = 0;
  int declarations_ = 0;
};

inline TagScanner::Tag TagScanner::Next() {
  while (at_ < end_) {
    tag_ = Find(at_, '<');
    if (tag_ == nullptr) break;
    at_ = tag_ + 1;
    if (at_ == end_) return Tag::kBroken;
    switch (*at_) {
      case '/': {
        const char* close = Find(at_, '>');
        if (close == nullptr) return Tag::kBroken;
        at_ = close + 1;
        return Tag::kEnd;
      }
      case '?':
        if (!SkipPast("?>")) return Tag::kBroken;
        break;
      case '!': {
        const std::string_view rest(at_, left());
        if (rest.starts_with("!--")) {
          at_ += 3;
          // "--" may stand in a comment only at its end.
          if (!SkipPast("--") || at_ == end_ || *at_ != '>') return Tag::kBroken;
          ++at_;
        } else if (rest.starts_with("![CDATA[")) {
          at_ += 8;
          if (!SkipPast("]]>")) return Tag::kBroken;
        } else {
          return rest.starts_with("!DOCTYPE") ? Tag::kDoctype : Tag::kBroken;
        }
        break;
      }
      default:
        return StartTag();
    }
  }
  at_ = end_;
  return Tag::kDone;
}

inline TagScanner::Tag TagScanner::StartTag() {
  attributes_ = 0;
  declarations_ = 0;
  const char* at = at_;
  while (at < end_ && *at != '>' && *at != '=') ++at;
  if (at == end_) return Tag::kBroken;
  if (*at == '=') {
    if (!CountAttributes(at_)) return Tag::kBroken;
    at = at_;
  }
  at_ = at + 1;
  return at[-1] == '/' ? Tag::kEmpty : Tag::kStart;
}

// From behind "<" to the ">" that closes the tag, where it leaves at_.
inline bool TagScanner::CountAttributes(const char* at) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (at < end_ && !blank(*at) && *at != '>') ++at;  // the element's name
  while (true) {
    while (at < end_ && blank(*at)) ++at;
    const char* name = at;
    while (at < end_ && *at != '"' && *at != '\'' && *at != '>') ++at;
    if (at == end_) return false;
    if (*at == '>') {
      at_ = at;
      return true;
    }
    const std::string_view declared(name, static_cast<std::size_t>(at - name));
    if (declared.starts_with("xmlns") && declared.size() > 5 &&
        (declared[5] == ':' || declared[5] == '=' || blank(declared[5]))) {
      ++declarations_;
    }
    ++attributes_;
    const char* close = Find(at + 1, *at);
    if (close == nullptr) return false;
    at = close + 1;
  }
}

}  // namespace utboks::xml
