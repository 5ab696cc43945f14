// Where in a document its tags stand.  Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "producer/xml/utf8.h"

namespace utboks::xml {

// The places of the "<" of start tags; `tags` says which ones, counted from 1, in
// rising order.  One that does not exist gets the place of the last that does.
std::vector<PlaceFinder::Place> PlacesOfTags(std::string_view text,
                                             std::span<const std::uint32_t> tags);

}  // namespace utboks::xml
