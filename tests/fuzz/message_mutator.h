// Changes to an input that leave its markup whole more often than changed bytes do.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace utboks::fuzz {

class MessageMutator {
 public:
  // `first_lines`: see FirstLines.
  explicit MessageMutator(std::vector<std::string> first_lines)
      : first_lines_(std::move(first_lines)) {}

  // Another way to hold it; or the document as its own one before; or a piece between two
  // tags taken out, put somewhere else, or twice.  The same `seed` does the same.
  std::string Mutate(std::string input, std::uint32_t seed) const;

 private:
  void Readdress(std::mt19937& chance, std::string* input) const;
  static void PutBefore(std::string* input);
  static void MovePiece(std::mt19937& chance, std::string* input);

  const std::vector<std::string> first_lines_;
};

}  // namespace utboks::fuzz
