#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/layers/layer_rules.h"
#include "tests/support/temp_dir.h"

namespace utboks::layers {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Show(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) text += fmt::format("{}:{}: {}\n", f.file, f.line, f.text);
  return text;
}

std::set<fs::path> BuiltSources() {
  std::set<fs::path> sources;
  std::ifstream list(UTBOKS_TEST_SOURCES_LIST);
  for (std::string line; std::getline(list, line);) {
    if (!line.empty()) sources.insert(fs::path(line).lexically_normal());
  }
  return sources;
}

TEST(LayersTest, TheTreeKeepsToTheTable) {
  const auto findings = CheckIncludes(UTBOKS_SOURCE_DIR);
  EXPECT_THAT(findings, IsEmpty()) << Show(findings);
}

TEST(LayersTest, EveryTestOfTheTreeIsBuilt) {
  ASSERT_FALSE(BuiltSources().empty());
  const auto findings = CheckTestsAreBuilt(UTBOKS_SOURCE_DIR, BuiltSources());
  EXPECT_THAT(findings, IsEmpty()) << Show(findings);
}

// A small tree in which faults are planted: a check that finds nothing in the
// real one has to be seen finding something.
class PlantedTreeTest : public ::testing::Test {
 protected:
  PlantedTreeTest() {
    for (const char* header :
         {"queue/base/a.h", "queue/store.h", "queue/sqlite/a.h", "producer/domain/a.h",
          "producer/xml/a.h", "producer/net/a.h", "producer/intake/a.h", "producer/submit/a.h",
          "producer/ops/a.h", "producer/app/a.h", "producer/embed/a.h", "tests/support/a.h",
          "schemas/a.h"}) {
      Plant(header, "#pragma once\n");
    }
  }

  void Plant(const std::string& file, const std::string& text) {
    fs::create_directories((dir_.path() / file).parent_path());
    std::ofstream(dir_.path() / file) << text;
  }

  utboks::testing::TempDir dir_;
};

TEST_F(PlantedTreeTest, JudgesOneIncludeAtATime) {
  struct Case {
    const char* file;
    const char* include;
    const char* finding;  // a part of it; "" when allowed
  };
  const Case cases[] = {
      // Edges of the table, and their reverse.
      {"queue/x.cc", "\"queue/base/a.h\"", ""},
      {"queue/base/x.cc", "\"queue/store.h\"", "queue/base may not include queue"},
      {"queue/sqlite/x.cc", "\"queue/store.h\"", ""},
      {"queue/x.cc", "\"producer/domain/a.h\"", "queue may not include producer/domain"},
      {"producer/xml/x.cc", "\"producer/domain/a.h\"", ""},
      {"producer/domain/x.cc", "\"producer/xml/a.h\"", "producer/domain may not include"},
      {"producer/domain/x.cc", "\"queue/store.h\"", "producer/domain may not include queue"},
      {"producer/net/x.cc", "\"queue/base/a.h\"", ""},
      {"producer/net/x.cc", "\"queue/store.h\"", "producer/net may not include queue"},
      {"producer/intake/x.cc", "\"producer/xml/a.h\"", ""},
      {"producer/intake/x.cc", "\"producer/net/a.h\"", "producer/intake may not include"},
      {"producer/submit/x.cc", "\"producer/net/a.h\"", ""},
      {"producer/submit/x.cc", "\"producer/intake/a.h\"", "producer/submit may not include"},
      {"producer/notices/x.cc", "\"producer/xml/a.h\"", ""},
      {"producer/notices/x.cc", "\"producer/submit/a.h\"", "producer/notices may not include"},
      {"producer/ops/x.cc", "\"producer/app/a.h\"", "producer/ops may not include producer/app"},
      {"producer/app/cli/x.cc", "\"producer/submit/a.h\"", ""},
      {"producer/app/x.cc", "\"tests/support/a.h\"", "outside the folders of the table"},
      {"producer/app/x.cc", "\"schemas/a.h\"", "outside the folders of the table"},
      {"producer/new/x.cc", "<string>", "lies in no folder of the table"},
      {"producer/xml/x.cc", "\"a.h\"", "not a path from the top"},
      {"producer/xml/x.cc", "\"../net/a.h\"", "not a path from the top"},
      {"producer/xml/x.cc", "HEADER", "cannot be read here"},
      {"include/utboks/x.h", "\"queue/base/a.h\"", "not installed with this header"},
      {"include/utboks/x.h", "\"include/utboks/y.h\"", "not installed with this header"},
      {"include/utboks/x.h", "<utboks/y.h>", ""},
      {"include/utboks/x.h", "<string>", ""},
      {"include/utboks/x.h", "<fmt/format.h>", "nothing that an agency's program must have"},
      {"producer/embed/x.cc", "<utboks/y.h>", ""},
      {"producer/app/x.cc", "<utboks/y.h>", "lives in include/utboks/, producer/embed/"},
      {"producer/app/x.cc", "\"producer/embed/a.h\"",
       "producer/app may not include producer/embed"},
      // One home for each library.
      {"producer/xml/x.cc", "<xercesc/sax2/SAX2XMLReader.hpp>", ""},
      {"producer/intake/x.cc", "<xercesc/sax2/SAX2XMLReader.hpp>", "lives in producer/xml/"},
      {"producer/net/x.cc", "<openssl/ssl.h>", ""},
      {"queue/seal.cc", "<openssl/evp.h>", ""},
      {"queue/seal/x.cc", "<openssl/evp.h>", ""},
      {"queue/x.cc", "<openssl/evp.h>", "lives in producer/net/, queue/seal"},
      {"queue/sqlite/x.cc", "<sqlite3.h>", ""},
      {"queue/x.cc", "<sqlite3.h>", "lives in queue/sqlite"},
      {"producer/app/x.cc", "<sqlite3.h>", "lives in queue/sqlite"},
      {"producer/net/x.cc", "<Poco/Net/HTTPSClientSession.h>", ""},
      {"producer/submit/x.cc", "<Poco/Net/HTTPRequest.h>", "lives in producer/net/"},
      {"producer/app/x.cc", "<Poco/Util/ServerApplication.h>", "no folder of ours"},
      {"queue/base/x.cc", "<Poco/Logger.h>", ""},
      {"producer/app/x.cc", "<toml++/toml.h>", ""},
      {"producer/ops/x.cc", "<toml++/toml.h>", "lives in producer/app/"},
      {"producer/ops/x.cc", "<CLI/CLI.hpp>", "lives in producer/app/"},
      {"queue/base/x.cc", "<prometheus/counter.h>", ""},
      {"queue/x.cc", "<prometheus/counter.h>", "lives in queue/base/"},
      {"producer/domain/x.cc", "<fmt/format.h>", ""},
      {"producer/domain/x.cc", "<boost/asio.hpp>", "the table does not know"},
      {"producer/domain/x.cc", "<curl/curl.h>", "the table does not know"},
      {"queue/base/x.cc", "<sys/random.h>", ""},
      {"queue/base/x.cc", "<string_view>", ""},
      {"queue/base/x.cc", "<time.h>", ""},
  };
  for (const Case& c : cases) {
    Plant(c.file, fmt::format("// head\n  #  include {}\n", c.include));
    const auto findings = CheckIncludes(dir_.path());
    if (*c.finding == '\0') {
      EXPECT_THAT(findings, IsEmpty()) << c.file << " " << c.include << "\n" << Show(findings);
    } else {
      ASSERT_THAT(findings, SizeIs(1)) << c.file << " " << c.include << "\n" << Show(findings);
      EXPECT_EQ(findings[0].file, c.file);
      EXPECT_THAT(findings[0].text, HasSubstr(c.finding)) << c.file << " " << c.include;
    }
    fs::remove(dir_.path() / c.file);
  }
}

TEST_F(PlantedTreeTest, NamesFileAndLineOfEachFault) {
  Plant("queue/x.h",
        "#pragma once\n#include <string>\n\n#include \"producer/app/a.h\"\n"
        "#include <sqlite3.h>\n");
  const auto findings = CheckIncludes(dir_.path());
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].file, "queue/x.h");
  EXPECT_EQ(findings[0].line, 4);
  EXPECT_EQ(findings[1].line, 5);
}

TEST_F(PlantedTreeTest, ATestThatNobodyBuildsIsFound) {
  Plant("tests/unit/a_test.cc", "");
  Plant("tests/unit/b_test.cc", "");
  Plant("tests/unit/helper.cc", "");
  const auto findings = CheckTestsAreBuilt(dir_.path(), {dir_.path() / "tests/unit/a_test.cc"});
  ASSERT_THAT(findings, SizeIs(1)) << Show(findings);
  EXPECT_EQ(findings[0].file, "tests/unit/b_test.cc");
}

}  // namespace
}  // namespace utboks::layers
