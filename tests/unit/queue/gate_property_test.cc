// The rules of gates as invariants over a hundred thousand random lives of one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/queue/gate_world.h"
#include "tests/unit/queue/property.h"

namespace utboks::testing {
namespace {

TEST(GatePropertyTest, TheRulesHoldWhateverHappens) {
  constexpr int kMostEvents = 160;
  const std::int64_t lives = PropertySequences();
  const std::uint64_t seed = PropertySeed(20'261'129);
  fmt::print("[   seed   ] UTBOKS_PROPERTY_SEED={}, {} sequences\n", seed, lives);
  std::array<std::int64_t, kGateRules> judged{};
  for (std::int64_t n = 0; n < lives; ++n) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(n);
    GateWorld world(own);
    const int events = 1 + static_cast<int>(own % kMostEvents);
    for (int i = 0; i < events && !world.failed(); ++i) world.RandomEvent();
    ASSERT_FALSE(world.failed()) << "repeat it with UTBOKS_PROPERTY_SEED=" << own;
    for (std::size_t rule = 0; rule < kGateRules; ++rule) judged[rule] += world.judged[rule];
  }
  // Each rule had something to say: none holds for want of an occasion.
  for (std::size_t rule = 0; rule < kGateRules; ++rule) {
    const char* const text = GateRuleText(static_cast<GateRule>(rule));
    fmt::print("[   rule   ] {:>9} times: {}\n", judged[rule], text);
    if (lives >= 1'000) {
      EXPECT_GT(judged[rule], 0) << text;
    }
  }
}

}  // namespace
}  // namespace utboks::testing
