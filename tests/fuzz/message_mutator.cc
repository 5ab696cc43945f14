#include "tests/fuzz/message_mutator.h"

#include <algorithm>
#include <cstddef>

#include "tests/fuzz/fuzz_input.h"

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
  const auto how = chance() % 16;
  if (how == 0) {
    PutBefore(&input);
  } else if (how < 4) {
    Readdress(chance, &input);
  } else {
    MovePiece(chance, &input);
  }
  return input;
}

// Further changes make the two differ.
void MessageMutator::PutBefore(std::string* input) {
  const std::size_t line = input->starts_with('#') ? input->find('\n') : std::string::npos;
  const std::size_t begin = line == std::string::npos ? 0 : line + 1;
  const std::size_t between = input->find(kBetweenDocuments, begin);
  const std::string document = input->substr(between == std::string::npos ? begin : between + 1);
  input->replace(begin, std::string::npos, document + kBetweenDocuments + document);
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
