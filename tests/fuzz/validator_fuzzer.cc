// The libFuzzer target: scripts/fuzz.sh runs it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/validator_trial.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using utboks::fuzz::MessageMutator;
using utboks::fuzz::ValidatorTrial;

const ValidatorTrial& Trial() {
  static const auto trial = ValidatorTrial::Make(UTBOKS_SOURCE_DIR);
  return *trial;
}

std::string_view View(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// The contracts are loaded before any input's time is taken: on a busy machine that can
// be the longest of all.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  Trial();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = Trial().Broken(View(data, size));
  if (broken.empty()) return 0;
  std::fprintf(stderr, "broken: %s\n", broken.c_str());
  std::abort();
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
  static const MessageMutator mutator(utboks::fuzz::FirstLines(Trial().catalogue()));
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string mutated = mutator.Mutate(std::string(View(data, size)), seed / 2);
  const std::size_t kept = std::min(mutated.size(), most);
  std::memcpy(data, mutated.data(), kept);
  return kept;
}
