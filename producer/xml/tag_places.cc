#include "producer/xml/tag_places.h"

#include "producer/xml/tag_scanner.h"

namespace utboks::xml {

std::vector<PlaceFinder::Place> PlacesOfTags(std::string_view text,
                                             std::span<const std::uint32_t> tags) {
  std::vector<PlaceFinder::Place> places;
  places.reserve(tags.size());
  TagScanner scanner(text);
  PlaceFinder finder(text);
  std::uint32_t number = 0;
  std::size_t offset = 0;
  while (places.size() < tags.size()) {
    if (number >= tags[places.size()]) {
      places.push_back(finder.At(offset));
      continue;
    }
    const auto tag = scanner.Next();
    if (tag == TagScanner::Tag::kStart || tag == TagScanner::Tag::kEmpty) {
      ++number;
      offset = scanner.offset();
    } else if (tag != TagScanner::Tag::kEnd) {
      places.resize(tags.size(), finder.At(offset));
    }
  }
  return places;
}

}  // namespace utboks::xml
