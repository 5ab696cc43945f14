#include "producer/notices/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace utboks {
namespace {

TEST(PlainTextTest, MarkupBecomesLines) {
  struct Case {
    const char* markup;
    const char* lines;
  };
  const Case cases[] = {
      {"", ""},
      {"  \n\t ", ""},
      {"<p>Feil som påvirket Produsenttjenester er nå løst.</p>\n<p>Feil Oppstod: 13:00\nFeil "
       "Løst: "
       "14:30</p>\n",
       "Feil som påvirket Produsenttjenester er nå løst.\nFeil Oppstod: 13:00\nFeil Løst: 14:30"},
      {"en<br>to<br/>tre<br />fire", "en\nto\ntre\nfire"},
      {"<b>tykk</b> <strong class=\"x\">fet</strong>", "tykk fet"},
      {"a &amp; b &lt;p&gt; &#248; &#xE6; &aring; &oslash;", "a & b <p> ø æ å ø"},
      {"&nbsp;a\xC2\xA0\xC2\xA0 b", "a b"},
      {"a\tb\r\n\r\n  c", "a b\nc"},
      {"<!-- ikke vist -->a<!--b", "a<!--b"},
      // Raw Markdown, as the items without .md have it.
      {"## Driftsmelding\n**LØST** <post@skatteetaten.no>\n* a < b, c > d",
       "## Driftsmelding\n**LØST** <post@skatteetaten.no>\n* a < b, c > d"},
      // What is no entity, no tag, or has no end.
      {"&foo; & &#0; &#xD800; &#1114112; &#99999999999; &amp",
       "&foo; & &#0; &#xD800; &#1114112; "
       "&#99999999999; &amp"},
      {"a <b", "a <b"},
      {"< p>", "< p>"},
      {"\x1b[31mrødt\x07", "[31mrødt"},
  };
  for (const Case& c : cases) EXPECT_EQ(PlainLines(c.markup), c.lines) << c.markup;
}

// The site writes <a@b> as entities by chance, anew at each build.
TEST(PlainTextTest, AnAddressMangledAnewIsTheSameText) {
  const std::string one =
      PlainLines("<p>Spørsmål: <a href=\"&#x6D;&#97;ilto:&#x61;&#64;b\">&#x61;&#64;b.no</a></p>");
  const std::string two =
      PlainLines("<p>Spørsmål: <a href=\"mail&#x74;o:&#97;&#x40;b\">&#97;&#x40;&#98;.no</a></p>\n");
  EXPECT_EQ(one, "Spørsmål: a@b.no");
  EXPECT_EQ(OnOneLine(one), OnOneLine(two));
}

TEST(PlainTextTest, HostileMarkupCostsLittle) {
  const std::size_t many = 200'000;
  EXPECT_EQ(PlainLines(std::string(many, '<')).size(), many);
  EXPECT_EQ(PlainLines(std::string(many, '&')).size(), many);
  std::string open, comments;
  for (std::size_t i = 0; i < many / 4; ++i) open += "<a b", comments += "<!--";
  EXPECT_EQ(PlainLines(open), open);
  EXPECT_EQ(PlainLines(comments), comments);
  // No end but the last: each would look for it.
  EXPECT_EQ(PlainLines(comments + " ->"), comments + " ->");
}

TEST(PlainTextTest, LettersAreMadeSmall) {
  EXPECT_EQ(LowerNorwegian("LØST Åpen ÆRLIG Ünlikt ×"), "løst åpen ærlig ünlikt ×");
}

TEST(PlainTextTest, TextIsCutBetweenCharacters) {
  EXPECT_EQ(CutText("løst", 10), "løst");
  EXPECT_EQ(CutText("løst", 5), "løst");
  EXPECT_EQ(CutText("løster", 5), "l…");  // "lø" and the dots would be six
  EXPECT_EQ(CutText("", 0), "");
  EXPECT_LE(CutText(std::string(1'000, 'x'), 200).size(), 200U);
}

}  // namespace
}  // namespace utboks
