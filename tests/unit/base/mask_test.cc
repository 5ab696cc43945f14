#include "queue/base/mask.h"

#include <gtest/gtest.h>

namespace utboks {
namespace {

struct Case {
  const char* text;
  const char* in_text;
  const char* in_identifier;
};

TEST(MaskTest, HidesElevenDigitsThatStandAlone) {
  const Case cases[] = {
      {"", "", ""},
      {"26854099137", "***********", "***********"},
      {"fnr 26854099137, ok", "fnr ***********, ok", "fnr ***********, ok"},
      {"(26854099137)", "(***********)", "(***********)"},
      {"26854099137 26854099137", "*********** ***********", "*********** ***********"},
      {"a=26854099137/b", "a=***********/b", "a=***********/b"},
      {"å26854099137", "å***********", "å***********"},
      {"sak_26854099137", "sak_***********", "sak_***********"},
      // Ten and twelve digits are no person.
      {"2685409913", "2685409913", "2685409913"},
      {"268540991377", "268540991377", "268540991377"},
      // Part of a word.
      {"x26854099137", "x26854099137", "x26854099137"},
      {"26854099137x", "26854099137x", "26854099137x"},
      // A hyphen joins in running text and separates in an identifier.
      {"sak-26854099137-1", "sak-26854099137-1", "sak-***********-1"},
      // A UUID whose last group could be taken for one.
      {"018f3c2e-1111-7222-8333-26854099137a", "018f3c2e-1111-7222-8333-26854099137a",
       "018f3c2e-1111-7222-8333-26854099137a"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(MaskNumbers(c.text), c.in_text) << c.text;
    EXPECT_EQ(MaskIdentifier(c.text), c.in_identifier) << c.text;
  }
}

}  // namespace
}  // namespace utboks
