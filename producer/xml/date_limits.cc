#include "producer/xml/date_limits.h"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace utboks::xml {

bool BeyondJava(std::u16string_view value) {
  const auto digit = [](char16_t c) { return c >= u'0' && c <= u'9'; };
  std::size_t at = 0;
  while (at < value.size() && !digit(value[at])) ++at;  // white space, sign
  std::int64_t year = 0;
  for (; at < value.size() && digit(value[at]); ++at) {
    year = year * 10 + (value[at] - u'0');
    if (year > std::numeric_limits<std::int32_t>::max()) return true;
  }
  const std::size_t t = value.find(u'T', at);
  return t != std::u16string_view::npos && value.substr(t).size() >= 9 &&
         value.substr(t + 7, 2) == u"60";
}

}  // namespace utboks::xml
