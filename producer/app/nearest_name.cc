#include "producer/app/nearest_name.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace utboks::app {
namespace {

std::size_t Distance(std::string_view one, std::string_view two) {
  std::vector<std::size_t> before(two.size() + 1), row(two.size() + 1);
  for (std::size_t j = 0; j <= two.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= two.size(); ++j) {
      const std::size_t change = before[j - 1] + (one[i - 1] == two[j - 1] ? 0 : 1);
      row[j] = std::min({change, before[j] + 1, row[j - 1] + 1});
    }
    std::swap(before, row);
  }
  return before[two.size()];
}

}  // namespace

std::string NearestName(std::string_view name, std::span<const std::string_view> known) {
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : known) {
    if (const std::size_t distance = Distance(name, candidate); distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return std::string(nearest);
}

}  // namespace utboks::app
