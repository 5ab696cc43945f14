// A judge that finds nothing has to be seen finding something.
#include "tests/fuzz/answer_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/validator_trial.h"

namespace utboks::fuzz {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Catalogue& Shipped() {
  static const Catalogue catalogue = *Catalogue::Load(UTBOKS_SOURCE_DIR "/schemas");
  return catalogue;
}

AnswerJudge Judge() {
  Vocabulary words;
  words.AddText("doedsfall_v1 1.2 pattern kilde range the value is wrong");
  return {Shipped(), std::move(words)};
}

Violation Wrong() {
  return {"pattern", 3, 7, "/kilde/*", "the value is wrong", false};
}

Checked Valid() {
  Checked checked;
  checked.valid = true;
  checked.ressurs = "doedsfall_v1";
  checked.edition = "1.2";
  checked.schema_hash = "0f";
  checked.extract.identifikator = SensitiveText("a");
  return checked;
}

Checked Invalid() {
  Checked checked = Valid();
  checked.valid = false;
  checked.violations = {Wrong(), Wrong()};
  return checked;
}

TEST(AnswerJudge, HasNothingAgainstGoodAnswers) {
  EXPECT_THAT(Judge().Broken(Valid(), false), IsEmpty());
  EXPECT_THAT(Judge().Broken(Invalid(), false), IsEmpty());
  Checked warned = Valid();
  warned.violations = {Wrong()};
  warned.violations[0].warning = true;
  EXPECT_THAT(Judge().Broken(warned, false), IsEmpty());
  EXPECT_THAT(Judge().Broken(Status(Code::kUsage, "the value is wrong"), false), IsEmpty());
}

TEST(AnswerJudge, SeesAVerdictThatIsNone) {
  const auto broken = [](Checked checked, auto change) {
    change(checked);
    return Judge().Broken(std::move(checked), false);
  };
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.valid = true; }), HasSubstr("an error"));
  EXPECT_THAT(broken(Valid(), [](Checked& c) { c.valid = false; }), HasSubstr("nothing says why"));
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.violations.resize(101, Wrong()); }),
              HasSubstr("more than 100"));
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.more = 1; }), HasSubstr("not full"));
  EXPECT_THAT(broken(Invalid(),
                     [](Checked& c) {
                       c.violations.resize(100, Wrong());
                       c.more = 20'000;
                     }),
              HasSubstr("without end"));
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.violations[1].line = 2; }),
              HasSubstr("by place"));
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.violations[0].column = 0; }),
              HasSubstr("half a place"));
  EXPECT_THAT(broken(Invalid(), [](Checked& c) { c.violations[0].text = ""; }),
              HasSubstr("says nothing"));
  EXPECT_THAT(broken(Valid(), [](Checked& c) { c.edition = ""; }), HasSubstr("no edition"));
  EXPECT_THAT(broken(Valid(), [](Checked& c) { c.extract.identifikator = SensitiveText(" "); }),
              HasSubstr("without an identifier"));
  EXPECT_THAT(broken(Valid(), [](Checked& c) { c.extract.attachments.emplace_back("a"); }),
              HasSubstr("attachment"));
  EXPECT_THAT(Judge().Broken(Status(Code::kBusy, "the value is wrong"), false),
              HasSubstr("no verdict"));
}

TEST(AnswerJudge, SeesAWordOutOfTheDocumentAndDoesNotSayIt) {
  for (const char* word : {"21873816357", "Qvaerzulf", "\xC3\xB8", "kilder"}) {
    for (std::string Violation::*member : {&Violation::rule, &Violation::path, &Violation::text}) {
      Checked checked = Invalid();
      checked.violations[1].*member += std::string("/") + word;
      const std::string broken = Judge().Broken(checked, false);
      EXPECT_THAT(broken, HasSubstr("not ours")) << word;
      EXPECT_THAT(broken, Not(HasSubstr(word)));
    }
    EXPECT_THAT(Judge().Broken(Status(Code::kUsage, word), false), HasSubstr("not ours"));
    Checked named = Invalid();
    named.edition = word;
    EXPECT_THAT(Judge().Broken(named, false), HasSubstr("catalogue"));
  }
}

TEST(SameAnswer, LooksAtEverything) {
  EXPECT_TRUE(SameAnswer(Invalid(), Invalid()));
  Checked other = Invalid();
  other.violations[1].column = 8;
  EXPECT_FALSE(SameAnswer(Invalid(), other));
  other = Valid();
  other.extract.persons.emplace_back("1");
  EXPECT_FALSE(SameAnswer(Valid(), other));
  EXPECT_FALSE(SameAnswer(Valid(), Status(Code::kUsage, "")));
  EXPECT_FALSE(SameAnswer(Status(Code::kUsage, "a"), Status(Code::kUsage, "b")));
  EXPECT_TRUE(SameAnswer(Status(Code::kUsage, "a"), Status(Code::kUsage, "a")));
}

TEST(FuzzInput, IsADocumentWithOrWithoutALine) {
  const FuzzInput plain = ReadFuzzInput("<a/>", Shipped());
  EXPECT_EQ(plain.document, "<a/>");
  EXPECT_EQ(plain.before, "");
  EXPECT_FALSE(plain.request.ressurs || plain.request.edition || plain.request.schema_only);

  const FuzzInput full =
      ReadFuzzInput("#doedsfall_v1 1.1 schema-only production\n<b/>\x1E<a/>", Shipped());
  EXPECT_EQ(full.request.ressurs, "doedsfall_v1");
  EXPECT_EQ(full.request.edition, "1.1");
  EXPECT_TRUE(full.request.schema_only);
  EXPECT_TRUE(full.production);
  EXPECT_EQ(full.before, "<b/>");
  EXPECT_EQ(full.document, "<a/>");

  for (const char* bytes : {"", "#", "#\n", "\x1E", "#  \x1E"}) {
    EXPECT_EQ(ReadFuzzInput(bytes, Shipped()).document, "") << bytes;
  }
  EXPECT_THAT(FirstLines(Shipped()), Contains("#vigsel_v1 1.0 schema-only"));
}

TEST(MessageMutator, DoesTheSameForTheSameSeed) {
  const MessageMutator mutator({"#a", "#b"});
  bool readdressed = false, shorter = false, longer = false, before = false;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    const std::string input = "#x\n<a><b>1</b><c/></a>";
    const std::string mutated = mutator.Mutate(input, seed);
    EXPECT_EQ(mutator.Mutate(input, seed), mutated);
    readdressed = readdressed || mutated == "#a\n<a><b>1</b><c/></a>";
    shorter = shorter || mutated.size() < input.size();
    longer = longer || mutated.size() > input.size();
    before = before || mutated == "#x\n<a><b>1</b><c/></a>\x1E<a><b>1</b><c/></a>";
    mutator.Mutate("", seed);
    mutator.Mutate("#", seed);
  }
  EXPECT_TRUE(readdressed && shorter && longer && before);
}

}  // namespace
}  // namespace utboks::fuzz
