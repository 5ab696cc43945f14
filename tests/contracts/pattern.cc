#include "tests/contracts/pattern.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

namespace utboks::contracts {
namespace {

constexpr std::size_t kEndless = static_cast<std::size_t>(-1);

bool IsSpace(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r';
}

}  // namespace

std::u32string ToCodePoints(std::string_view utf8) {
  std::u32string points;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    char32_t point = more == 0 ? first : first & (0x3Fu >> more);
    for (int k = 1; k <= more; ++k) {
      point = (point << 6) |
              (static_cast<unsigned char>(utf8[i + static_cast<std::size_t>(k)]) & 0x3Fu);
    }
    points += point;
    i += static_cast<std::size_t>(more) + 1;
  }
  return points;
}

std::string FromCodePoints(std::u32string_view points) {
  std::string out;
  const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
  for (const char32_t c : points) {
    if (c < 0x80) {
      add(c);
    } else if (c < 0x800) {
      add(0xC0 | (c >> 6));
      add(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      add(0xE0 | (c >> 12));
      add(0x80 | ((c >> 6) & 0x3F));
      add(0x80 | (c & 0x3F));
    } else {
      add(0xF0 | (c >> 18));
      add(0x80 | ((c >> 12) & 0x3F));
      add(0x80 | ((c >> 6) & 0x3F));
      add(0x80 | (c & 0x3F));
    }
  }
  return out;
}

struct Pattern::Part {
  enum class Kind { kClass, kDot, kSpace, kNoSpace, kSequence, kEither };
  Kind kind = Kind::kSequence;
  std::size_t min = 1, max = 1;
  std::vector<std::pair<char32_t, char32_t>> ranges;  // of a class, both ends in it
  std::vector<Part> parts;                            // of a sequence, or alternatives

  bool Takes(char32_t c, bool dot_stops) const {
    switch (kind) {
      case Kind::kDot:
        return c != U'\n' && c != U'\r' && !(dot_stops && (c == 0x2028 || c == 0x2029));
      case Kind::kSpace:
        return IsSpace(c);
      case Kind::kNoSpace:
        return !IsSpace(c);
      default:
        return std::ranges::any_of(
            ranges, [c](const auto& range) { return range.first <= c && c <= range.second; });
    }
  }
  bool IsCharacter() const { return kind != Kind::kSequence && kind != Kind::kEither; }

  // Where one occurrence, begun at `from`, may end.
  std::set<std::size_t> Once(std::u32string_view text, std::size_t from, bool dot_stops) const {
    if (IsCharacter()) {
      if (from < text.size() && Takes(text[from], dot_stops)) return {from + 1};
      return {};
    }
    if (kind == Kind::kEither) {
      std::set<std::size_t> ends;
      for (const Part& part : parts) ends.merge(part.Ends(text, {from}, dot_stops));
      return ends;
    }
    std::set<std::size_t> at = {from};
    for (const Part& part : parts) at = part.Ends(text, at, dot_stops);
    return at;
  }

  // Where all occurrences, begun at any of `from`, may end.
  std::set<std::size_t> Ends(std::u32string_view text, const std::set<std::size_t>& from,
                             bool dot_stops) const {
    std::set<std::size_t> ends;
    if (min == 0) ends = from;
    std::set<std::size_t> frontier = from;
    std::set<std::size_t> seen;  // after `min`, only what is new is gone on from
    for (std::size_t times = 1; times <= max && !frontier.empty(); ++times) {
      std::set<std::size_t> next;
      for (const std::size_t at : frontier) next.merge(Once(text, at, dot_stops));
      if (times >= min) {
        std::erase_if(next, [&](std::size_t at) { return seen.contains(at); });
        seen.insert(next.begin(), next.end());
        ends.insert(next.begin(), next.end());
      }
      frontier = std::move(next);
    }
    return ends;
  }

  void Example(const std::function<std::uint64_t(std::uint64_t)>& below,
               std::u32string* out) const {
    std::size_t times = min;
    if (max > min) times += below(std::min<std::size_t>(max == kEndless ? 12 : max - min, 12) + 1);
    for (; times > 0; --times) {
      switch (kind) {
        case Kind::kSequence:
          for (const Part& part : parts) part.Example(below, out);
          break;
        case Kind::kEither:
          parts[below(parts.size())].Example(below, out);
          break;
        case Kind::kDot:
        case Kind::kNoSpace:
          *out += U"aZ0-æ\u00A0é"[below(7)];
          break;
        case Kind::kSpace:
          *out += U" \t\n"[below(3)];
          break;
        case Kind::kClass: {
          const auto& range = ranges[below(ranges.size())];
          *out += static_cast<char32_t>(range.first + below(range.second - range.first + 1));
          break;
        }
      }
    }
  }
};

class Pattern::Reader {
 public:
  explicit Reader(std::string_view source) : text_(ToCodePoints(source)) {}

  Part Whole() {
    Part part = Either();
    if (at_ != text_.size()) Unknown();
    return part;
  }

 private:
  bool Has(char32_t c) const { return at_ < text_.size() && text_[at_] == c; }
  char32_t Next() {
    if (at_ == text_.size()) Unknown();
    return text_[at_++];
  }
  [[noreturn]] void Unknown() const {
    std::fprintf(stderr, "a pattern the oracle cannot read, at %zu: %s\n", at_,
                 FromCodePoints(text_).c_str());
    std::abort();
  }

  Part Either() {
    Part either;
    either.kind = Part::Kind::kEither;
    either.parts.push_back(Sequence());
    while (Has(U'|')) {
      ++at_;
      either.parts.push_back(Sequence());
    }
    return either;
  }

  Part Sequence() {
    Part sequence;
    while (at_ < text_.size() && !Has(U'|') && !Has(U')')) {
      Part part = Atom();
      Quantify(&part);
      sequence.parts.push_back(std::move(part));
    }
    return sequence;
  }

  Part Atom() {
    const char32_t c = Next();
    Part part;
    if (c == U'(') {
      part = Either();
      if (Next() != U')') Unknown();
      // Its own bounds: the quantifier behind it is the group's.
      Part group;
      group.parts.push_back(std::move(part));
      return group;
    }
    if (c == U'.') {
      part.kind = Part::Kind::kDot;
    } else if (c == U'[') {
      part.kind = Part::Kind::kClass;
      while (!Has(U']')) part.ranges.push_back(Range());
      ++at_;
    } else if (c == U'\\' && (Has(U's') || Has(U'S'))) {
      part.kind = Next() == U's' ? Part::Kind::kSpace : Part::Kind::kNoSpace;
    } else if (std::u32string_view(U"*+?{}]^$").find(c) != std::u32string_view::npos) {
      --at_;
      Unknown();
    } else {
      const char32_t literal = c == U'\\' ? Next() : c;
      part.kind = Part::Kind::kClass;
      part.ranges = {{literal, literal}};
    }
    return part;
  }

  std::pair<char32_t, char32_t> Range() {
    const char32_t first = ClassCharacter();
    if (!Has(U'-') || at_ + 1 >= text_.size() || text_[at_ + 1] == U']') return {first, first};
    ++at_;
    const char32_t last = ClassCharacter();
    if (last < first) Unknown();
    return {first, last};
  }
  char32_t ClassCharacter() {
    const char32_t c = Next();
    if (c != U'\\') return c;
    const char32_t escaped = Next();
    if ((escaped >= U'a' && escaped <= U'z') || (escaped >= U'A' && escaped <= U'Z')) Unknown();
    return escaped;
  }

  void Quantify(Part* part) {
    if (Has(U'?')) {
      part->min = 0;
    } else if (Has(U'*')) {
      part->min = 0;
      part->max = kEndless;
    } else if (Has(U'+')) {
      part->max = kEndless;
    } else if (Has(U'{')) {
      std::size_t times = 0;
      for (++at_; !Has(U'}'); ++at_) {
        if (at_ >= text_.size() || text_[at_] < U'0' || text_[at_] > U'9') Unknown();
        times = times * 10 + (text_[at_] - U'0');
      }
      part->min = part->max = times;
    } else {
      return;
    }
    ++at_;
  }

  const std::u32string text_;
  std::size_t at_ = 0;
};

Pattern::Pattern(std::string_view source)
    : whole_(std::make_unique<const Part>(Reader(source).Whole())) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;

bool Pattern::Matches(std::u32string_view value, bool dot_stops_at_separators) const {
  return whole_->Ends(value, {0}, dot_stops_at_separators).contains(value.size());
}

std::u32string Pattern::Example(const std::function<std::uint64_t(std::uint64_t)>& below) const {
  std::u32string out;
  whole_->Example(below, &out);
  return out;
}

}  // namespace utboks::contracts
