// A pattern facet, as far as the contracts have need of it: characters, classes and
// ranges, ".", \s and \S, groups, alternatives, and the quantifiers ? * + {n}.
//
// Written for the oracle, so that no engine's own expressions are asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace utboks::contracts {

std::u32string ToCodePoints(std::string_view utf8);  // valid UTF-8 only
std::string FromCodePoints(std::u32string_view points);

class Pattern {
 public:
  // Ends the test program when there is something in it that is not known here.
  explicit Pattern(std::string_view source);
  ~Pattern();
  Pattern(Pattern&&) noexcept;

  // The whole of `value` matches.  With `dot_stops_at_separators` "." excludes U+2028
  // and U+2029 too.
  bool Matches(std::u32string_view value, bool dot_stops_at_separators = false) const;

  // Some text that matches; `below(n)` gives a number under n.
  std::u32string Example(const std::function<std::uint64_t(std::uint64_t)>& below) const;

 private:
  struct Part;
  class Reader;
  std::unique_ptr<const Part> whole_;
};

}  // namespace utboks::contracts
