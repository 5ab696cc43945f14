// enqueue and validate: documents in, a line for each, the exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/support/log_watch.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/app/fake_parts.h"

namespace utboks::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string Example(const std::string& name) {
  return std::string(UTBOKS_SCHEMAS) + "/examples/" + name + ".xml";
}

const std::string kDeath = Example("MeldingOmDoedsfall_v1.0");
const std::string kOtherDeath = Example("MeldingOmDoedsfall_v1.1");
const std::string kMarriage = Example("MeldingOmVigsel_v1.0");

class DocumentsTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& bytes) {
    const std::string path = (dir_.path() / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string Missing() { return (dir_.path() / "missing.xml").string(); }
  Ran Run(const std::vector<std::string>& words, const std::string& in = "") {
    return RunWith(bench_, words, in);
  }
  // The file of each line, and the error's code or "".
  static std::vector<std::pair<std::string, std::string>> Told(const Ran& ran) {
    std::vector<std::pair<std::string, std::string>> told;
    for (const std::string& line : LinesOf(ran.out)) {
      const auto object = Json(line);
      const auto error = object->getObject("error");
      told.emplace_back(object->getValue<std::string>("file"),
                        error.isNull() ? "" : error->getValue<std::string>("code"));
    }
    return told;
  }

  testing::TempDir dir_;
  Bench bench_;
};

using Pair = std::pair<std::string, std::string>;

// ---- validate ----

TEST_F(DocumentsTest, ValidateTellsOfEachFileInOrderWhateverBecomesOfOne) {
  const std::string broken = File("broken.xml", "<a>");
  // The marriage has no edition 1.1, and that is no word on the others.
  const Ran ran = Run({"validate", "--json", "--edition", "1.1", kMarriage, Missing(), broken,
                       kDeath, kMarriage, kOtherDeath});
  EXPECT_THAT(Told(ran),
              ElementsAre(Pair(kMarriage, "usage"), Pair(Missing(), "unreadable"), Pair(broken, ""),
                          Pair(kDeath, ""), Pair(kMarriage, "usage"), Pair(kOtherDeath, "")));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(Run({"validate", broken, Missing(), kDeath}).exit_code, 65);
  EXPECT_EQ(Run({"validate", broken, kDeath}).exit_code, 1);
  EXPECT_EQ(Run({"validate", kDeath, kMarriage}).exit_code, 0);
}

TEST_F(DocumentsTest, ValidateNamesTheFileInEachLineForPeople) {
  const Ran ran = Run({"validate", "--edition", "1.1", kMarriage, Missing()});
  EXPECT_THAT(LinesOf(ran.err),
              ElementsAre(StartsWith(kMarriage + ": vigsel_v1 has no such edition"),
                          StartsWith(Missing() + ": cannot be read")));
}

// ---- enqueue ----

TEST_F(DocumentsTest, EnqueueTellsOfEachFileInOrder) {
  const std::string broken = File("broken.xml", "<a>");
  const Ran ran = Run(
      {"enqueue", "--json", "--ressurs", "doedsfall_v1", kDeath, Missing(), broken, kOtherDeath});
  EXPECT_THAT(Told(ran), ElementsAre(Pair(kDeath, ""), Pair(Missing(), "unreadable"),
                                     Pair(broken, "invalid"), Pair(kOtherDeath, "")));
  EXPECT_EQ(ran.exit_code, 65);
  EXPECT_EQ(bench_.store.inserted.size(), 2U);
}

TEST_F(DocumentsTest, AllOrNoneTellsOfEachFileWhenOneCannotBeRead) {
  const Ran ran = Run({"enqueue", "--json", "--all-or-none", "--ressurs", "doedsfall_v1", kDeath,
                       Missing(), kOtherDeath});
  EXPECT_THAT(Told(ran), ElementsAre(Pair(Missing(), "unreadable"), Pair(kDeath, "cancelled"),
                                     Pair(kOtherDeath, "cancelled")));
  EXPECT_EQ(ran.exit_code, 65);
  EXPECT_THAT(bench_.store.inserted, IsEmpty());
}

TEST_F(DocumentsTest, AStoreThatIsDamagedIsNotHiddenByADocumentThatIsWrong) {
  bench_.store.insert_failure = Status(Code::kCorrupt, "the store is damaged");
  const Ran ran =
      Run({"enqueue", "--ressurs", "doedsfall_v1", kDeath, File("broken.xml", "<a>"), Missing()});
  EXPECT_EQ(ran.exit_code, 78);
}

TEST_F(DocumentsTest, WaitingShowsEachReceiptAsItComes) {
  Ran ran;
  std::jthread waits([&] {
    ran = Run({"enqueue", "--json", "--wait=1h", "--ressurs", "doedsfall_v1", kDeath, kOtherDeath});
  });
  auto& messages = bench_.store.desk.messages;
  const auto settle = [&](std::size_t index, State state) {
    ASSERT_TRUE(bench_.clock.AwaitWaiters(1));
    messages[index].state = state;
    bench_.clock.Advance(std::chrono::seconds(1));
  };
  settle(1, State::kAccepted);
  settle(0, State::kSending);
  settle(0, State::kHeld);
  waits.join();
  EXPECT_EQ(ran.exit_code, 1) << "one has no receipt, and a person must look";
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(Json(lines[2])->getValue<std::string>("state"), "accepted");
  EXPECT_EQ(Json(lines[3])->getValue<std::string>("state"), "held");
}

TEST_F(DocumentsTest, WaitingEndsWithItsTime) {
  const Ran ran = Run({"enqueue", "--wait=0s", "--ressurs", "doedsfall_v1", kDeath});
  EXPECT_EQ(ran.exit_code, 75);
  EXPECT_THAT(ran.err, HasSubstr("1 of 1 have no receipt yet"));
}

TEST_F(DocumentsTest, StandardInputIsReadForOneThing) {
  EXPECT_EQ(Run({"enqueue", "--ressurs", "doedsfall_v1", "-", "-"}).exit_code, 2);
  EXPECT_EQ(Run({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", "-", "-"}).exit_code, 2);
  const Ran ran = Run({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", "-", kDeath},
                      "first\r\n\nsecond");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  ASSERT_EQ(bench_.store.inserted.size(), 1U);
  EXPECT_EQ(bench_.store.inserted[0].order_keys.size(), 2U);
  EXPECT_EQ(bench_.store.inserted[0].order_keys[0].reveal(), "first");
}

}  // namespace
}  // namespace utboks::app
