#include "producer/xml/date_limits.h"

#include <gtest/gtest.h>

namespace utboks::xml {
namespace {

TEST(BeyondJava, SecondSixtyAndYearsOfMoreThanThirtyOneBits) {
  for (const auto* within : {u"2024-05-21", u" -0044-03-15Z", u"2147483647-01-01",
                             u"2024-05-21T23:59:59.60Z", u"2024-05-21T23:60", u"\n2024-05-21\n"}) {
    EXPECT_FALSE(BeyondJava(within));
  }
  for (const auto* beyond :
       {u"2024-05-21T23:59:60", u"  2024-06-30T23:59:60Z", u"2024-05-21T23:59:60.0+02:00",
        u"2147483648-01-01", u"-99999999999999999999-01-01",
        u"99999999999999999999-01-01T00:00:00"}) {
    EXPECT_TRUE(BeyondJava(beyond));
  }
}

}  // namespace
}  // namespace utboks::xml
