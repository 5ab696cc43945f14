#include "tests/fuzz/message_mutator.h"

#include <algorithm>
#include <cstddef>

namespace utboks::fuzz {
namespace {

// Pieces of more than these bytes only make the input grow.
constexpr std::size_t kLongestPiece = 512;

// Where tags begin, and text behind them.
std::vector<std::size_t> Borders(const std::string& input) {
  std::vector<std::size_t> borders;
  for (std::size_t at = 0; at < input.size(); ++at) {
    if (input[at] == '<') borders.push_back(at);
    if (input[at] == '>') borders.push_back(at + 1);
  }
  return borders;
}

}  // namespace

std::string MessageMutator::Mutate(std::string input, std::uint32_t seed) const {
  std::mt19937 chance(seed);
  if (chance() % 4 == 0) {
    Readdress(chance, &input);
  } else {
    MovePiece(chance, &input);
  }
  return input;
}

void MessageMutator::Readdress(std::mt19937& chance, std::string* input) const {
  const std::string& line = first_lines_[chance() % first_lines_.size()];
  const std::size_t end = input->starts_with('#') ? input->find('\n') : std::string::npos;
  if (input->starts_with('#')) input->erase(0, end == std::string::npos ? end : end + 1);
  input->insert(0, line + "\n");
}

void MessageMutator::MovePiece(std::mt19937& chance, std::string* input) {
  const std::vector<std::size_t> borders = Borders(*input);
  if (borders.size() < 2) return;
  const auto any = [&] { return borders[chance() % borders.size()]; };
  std::size_t from = any(), to = any();
  if (from > to) std::swap(from, to);
  to = std::min(to, from + kLongestPiece);
  const std::string piece = input->substr(from, to - from);
  const auto how = chance() % 3;
  const std::size_t target = any();
  if (how == 0) {
    input->erase(from, piece.size());
  } else if (how == 1) {
    input->insert(target, piece);
  } else {
    // It takes the place of what stands at the target.
    const auto next = std::upper_bound(borders.begin(), borders.end(), target);
    const std::size_t end = next == borders.end() ? input->size() : *next;
    input->replace(target, end - target, piece);
  }
}

}  // namespace utboks::fuzz
