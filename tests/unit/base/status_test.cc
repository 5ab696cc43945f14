#include "queue/base/status.h"

#include <gtest/gtest.h>

namespace utboks {
namespace {

TEST(StatusTest, EachCodeHasItsExitCode) {
  struct Case {
    Code code;
    int exit;
  };
  const Case cases[] = {{Code::kOk, 0},          {Code::kInvalid, 1},      {Code::kExists, 1},
                        {Code::kNotFound, 1},    {Code::kConflict, 1},     {Code::kUsage, 2},
                        {Code::kUnreadable, 65}, {Code::kUnreachable, 69}, {Code::kInternal, 70},
                        {Code::kBusy, 75},       {Code::kFull, 75},        {Code::kOutdated, 75},
                        {Code::kConfig, 78},     {Code::kCorrupt, 78},     {Code::kAltered, 78},
                        {Code::kCancelled, 0},   {Code::kSuperseded, 78}};
  for (const Case& c : cases) EXPECT_EQ(ExitCode(c.code), c.exit) << CodeName(c.code);
}

TEST(StatusTest, AResultHoldsAValueOrAReason) {
  const Result<int> good(3);
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(*good, 3);
  const Result<int> bad(Status(Code::kBusy, "the store is busy"));
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.code(), Code::kBusy);
  EXPECT_EQ(bad.status().text(), "the store is busy");
}

}  // namespace
}  // namespace utboks
