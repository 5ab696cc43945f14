// Hostile and odd documents: each gets its answer in bounded time and memory, and
// nothing outside is touched.
#include <gtest/gtest.h>

#include <cctype>
#include <ctime>
#include <string>

#include "tests/support/memory_peak.h"
#include "tests/unit/xml/hostile_documents.h"
#include "tests/unit/xml/outside.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

// Of the release build; what is not optimised, or counted along, takes its time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlack = 20;  // sanitizers cost memory beyond measure, too
constexpr bool kMeasureMemory = false;
#elif !defined(__OPTIMIZE__)
constexpr double kSlack = 3;
constexpr bool kMeasureMemory = true;
#else
constexpr double kSlack = 1;
constexpr bool kMeasureMemory = true;
#endif
constexpr double kSeconds = 0.1 * kSlack;
constexpr double kBombSeconds = 1.0 * kSlack;
constexpr long kKilobytes = 64L * 1024;

Outside& TheOutside() {
  static Outside outside;
  return outside;
}

const Validator& ValidatorFor(const Hostile& hostile) {
  static const auto lax = Validator::Make(LaxCatalogue(), {});
  const Validator& validator = hostile.lax ? *lax : ShippedValidator();
  EXPECT_TRUE(validator.LoadEnabled().ok());
  return validator;
}

void ExpectVerdict(const Hostile& hostile, const Checked& checked) {
  if (hostile.must == Must::kAccept) {
    EXPECT_TRUE(checked.valid) << (checked.valid ? "" : Brief(checked.violations[0]));
  }
  if (hostile.must == Must::kReject) {
    EXPECT_FALSE(checked.valid);
  }
  if (!hostile.rule.empty() && !checked.valid) {
    EXPECT_EQ(checked.violations[0].rule, hostile.rule) << checked.violations[0].text;
  }
  for (const Violation& violation : checked.violations) {
    EXPECT_EQ(violation.text.find("hemmelig"), std::string::npos);
    EXPECT_LT(violation.text.size() + violation.path.size(), 1000u);
  }
}

void ExpectAnswered(const Hostile& hostile) {
  SCOPED_TRACE(hostile.name);
  const Validator& validator = ValidatorFor(hostile);
  const std::string document = hostile.make();
  const testing::MemoryPeak memory;
  const std::clock_t start = std::clock();
  const auto checked = validator.Check(document, {.schema_only = hostile.lax});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_TRUE(checked.ok());
  ExpectVerdict(hostile, *checked);
  EXPECT_LE(seconds, hostile.bomb ? kBombSeconds : kSeconds);
  if (kMeasureMemory) {
    EXPECT_LE(memory.Kilobytes().value_or(0), kKilobytes);
  }
  EXPECT_FALSE(TheOutside().Touched());
}

class HostileTest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileTest, GetsItsAnswerAndTouchesNothing) {
  ExpectAnswered(GetParam());
}

// One after the other, as they would come to a worker; there is no order in which one
// leaves something behind for the next.
TEST(Hostile, AllInOneProcess) {
  const auto kinds = HostileDocuments(TheOutside().url(), TheOutside().path());
  ASSERT_GE(kinds.size(), 75u);
  for (const Hostile& hostile : kinds) ValidatorFor(hostile);
  for (const Hostile& hostile : kinds) ExpectAnswered(hostile);
  for (auto hostile = kinds.rbegin(); hostile != kinds.rend(); ++hostile) {
    ExpectAnswered(*hostile);
  }
  EXPECT_TRUE(Check(Example("Doedsfall_v1.0")).valid);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileTest,
                         ::testing::ValuesIn(HostileDocuments(TheOutside().url(),
                                                              TheOutside().path())),
                         [](const auto& kind) {
                           std::string name = kind.param.name;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(Outside, NoticesATouch) {
  const Outside outside;
  EXPECT_FALSE(outside.Touched());
  ReadFile(outside.path());
  EXPECT_TRUE(outside.Touched());
}

}  // namespace
}  // namespace utboks::test
