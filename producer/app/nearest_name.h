// Which known name somebody meant who mistyped it.  Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace utboks::app {

// The one of `known` that takes the fewest changed, added or dropped letters to
// reach from `name`; the first of several; "" when none is known.
std::string NearestName(std::string_view name, std::span<const std::string_view> known);

}  // namespace utboks::app
