// Hostile and odd documents: each gets its answer in bounded time and memory, and
// nothing outside is touched.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cctype>
#include <ctime>
#include <string>

#include "tests/unit/xml/hostile_documents.h"
#include "tests/unit/xml/outside.h"
#include "tests/unit/xml/own_catalogue.h"

namespace utboks::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlack = 20;  // sanitizers cost time, and memory beyond measure
constexpr bool kMeasureMemory = false;
#elif !defined(NDEBUG)
constexpr double kSlack = 3;
constexpr bool kMeasureMemory = true;
#else
constexpr double kSlack = 1;
constexpr bool kMeasureMemory = true;
#endif
constexpr double kSeconds = 0.1 * kSlack;
constexpr double kBombSeconds = 1.0 * kSlack;
constexpr long kKilobytes = 64 * 1024;

Outside& TheOutside() {
  static Outside outside;
  return outside;
}

long PeakKilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

class HostileTest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileTest, GetsItsAnswerAndTouchesNothing) {
  const Hostile& hostile = GetParam();
  static const auto lax = Validator::Make(LaxCatalogue(), {});
  const Validator& validator = hostile.lax ? *lax : ShippedValidator();
  ASSERT_TRUE(validator.LoadEnabled().ok());
  const std::string document = hostile.make();
  const long peak = PeakKilobytes();
  const std::clock_t start = std::clock();
  const auto checked = validator.Check(document, {.schema_only = hostile.lax});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_TRUE(checked.ok());
  if (hostile.must == Must::kAccept) {
    EXPECT_TRUE(checked->valid) << (checked->valid ? "" : Brief(checked->violations[0]));
  }
  if (hostile.must == Must::kReject) {
    EXPECT_FALSE(checked->valid);
  }
  if (!hostile.rule.empty() && !checked->valid) {
    EXPECT_EQ(checked->violations[0].rule, hostile.rule) << checked->violations[0].text;
  }
  for (const Violation& violation : checked->violations) {
    EXPECT_EQ(violation.text.find("hemmelig"), std::string::npos);
    EXPECT_LT(violation.text.size() + violation.path.size(), 1000u);
  }
  EXPECT_LE(seconds, hostile.bomb ? kBombSeconds : kSeconds);
  if (kMeasureMemory) {
    EXPECT_LE(PeakKilobytes() - peak, kKilobytes);
  }
  EXPECT_FALSE(TheOutside().Touched());
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
