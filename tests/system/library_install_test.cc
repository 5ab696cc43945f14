// The library as an agency has it: installed, moved elsewhere, and built against with
// nothing of the source or the build in reach.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/read_file.h"
#include "tests/support/temp_dir.h"

namespace utboks::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::RunToEnd;
using ::testing::StartsWith;

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class LibraryInstallTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string first = dir_.File("first");
    const auto run =
        RunToEnd({.argv = {UTBOKS_CMAKE, "--install", UTBOKS_BUILD, "--prefix", first}});
    ASSERT_EQ(run.code(), 0) << run.err;
    fs::rename(first, tree());
    std::ofstream(config()) << "[register]\nbase_url = \"https://localhost:1\"\n"
                               "organisation_number = \"100101688\"\n"
                            << fmt::format("[outbox]\nstore = \"sqlite:{}\"\n", dir_.File("out.db"))
                            << "[schemas]\ndirectory = \"\"\n";
  }

  fs::path tree() const { return dir_.path() / "elsewhere"; }
  fs::path library_folder() const { return tree() / UTBOKS_LIBDIR; }
  std::string library() const { return (library_folder() / "libutboks-outbox.so").string(); }
  std::string config() const { return dir_.File("utboks.toml"); }
  fs::path example() const { return tree() / "share/doc/utboks/examples/enqueue_in_process"; }
  std::string death() const {
    return (tree() / "share/utboks/schemas/examples/MeldingOmDoedsfall_v1.0.xml").string();
  }

  // The compiler with the flags that the library needs beside it.
  static std::vector<std::string> Compiler(const std::vector<std::string>& words) {
    std::vector<std::string> argv = {UTBOKS_CXX};
    if (!Sanitize().empty()) argv.push_back(Sanitize());
    argv.insert(argv.end(), words.begin(), words.end());
    return argv;
  }
  static std::string Sanitize() {
    const std::string kinds = UTBOKS_SANITIZED;
    return kinds.empty() ? "" : "-fsanitize=" + kinds;
  }

  Finished Utboks(std::vector<std::string> words) const {
    words.insert(words.begin(), {(tree() / "bin/utboks").string(), "--config", config()});
    return RunToEnd({.argv = words});
  }

  // What an agency's program does: stored, seen by the program; the same again; refused.
  void ExpectWorks(const std::string& program) const {
    const auto enqueue = [&](const std::vector<std::string>& files) {
      std::vector<std::string> argv = {program, config(), "doedsfall_v1"};
      argv.insert(argv.end(), files.begin(), files.end());
      return RunToEnd(
          {.argv = argv, .environment = {"LD_LIBRARY_PATH=" + library_folder().string()}});
    };
    const Finished stored = enqueue({death()});
    ASSERT_EQ(stored.code(), 0) << stored.err;
    const std::string id = Words(stored.out).at(0);
    EXPECT_EQ(stored.out, id + " due\n");
    EXPECT_THAT(Utboks({"list"}).out, HasSubstr(id));
    const Finished shown = Utboks({"show", id});
    EXPECT_EQ(shown.code(), 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("doedsfall_v1"));
    EXPECT_THAT(shown.out, HasSubstr("lib:" + fs::path(program).filename().string()));

    EXPECT_EQ(enqueue({death()}).out, id + " due (there already)\n");

    std::string text = testing::ReadFile(death());
    text.replace(text.find("5501"), 4, "Oslo");
    const std::string broken = dir_.File("broken.xml");
    std::ofstream(broken) << text;
    const Finished refused = enqueue({death(), broken});
    EXPECT_EQ(refused.code(), 1);
    EXPECT_EQ(refused.out, "");
    EXPECT_THAT(refused.err, HasSubstr("left-out: "));
    EXPECT_THAT(refused.err, HasSubstr("invalid: 17:"));
    EXPECT_THAT(refused.err, Not(HasSubstr("Oslo")));
    EXPECT_EQ(Lines(Utboks({"--json", "list"}).out).size(), 1U);

    // The contracts were those of the tree: without them nothing is taken.
    const fs::path schemas = tree() / "share/utboks/schemas";
    fs::rename(schemas, dir_.File("schemas"));
    const Finished lost = enqueue({dir_.File("schemas/examples/MeldingOmDoedsfall_v1.0.xml")});
    EXPECT_EQ(lost.code(), 78);
    EXPECT_THAT(lost.err, HasSubstr(schemas.string()));
  }

  testing::TempDir dir_;
};

TEST_F(LibraryInstallTest, IsFoundByCMakeAndWorks) {
  const std::string source = dir_.File("agency");
  fs::copy(example(), source);
  const std::string build = dir_.File("agency-build");
  const Finished configured =
      RunToEnd({.argv = {UTBOKS_CMAKE, "-S", source, "-B", build, "-G", UTBOKS_GENERATOR,
                         "-DCMAKE_PREFIX_PATH=" + tree().string(),
                         std::string("-DCMAKE_CXX_COMPILER=") + UTBOKS_CXX,
                         "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror " + Sanitize()}});
  ASSERT_EQ(configured.code(), 0) << configured.out << configured.err;
  const Finished built = RunToEnd({.argv = {UTBOKS_CMAKE, "--build", build}});
  ASSERT_EQ(built.code(), 0) << built.out << built.err;
  ExpectWorks(build + "/enqueue_in_process");
}

TEST_F(LibraryInstallTest, IsFoundByPkgConfigAndWorks) {
  const Finished flags =
      RunToEnd({.argv = {"pkg-config", "--cflags", "--libs", "utboks-outbox"},
                .environment = {"PKG_CONFIG_PATH=" + (library_folder() / "pkgconfig").string()}});
  ASSERT_EQ(flags.code(), 0) << flags.err;
  const std::string program = dir_.File("handed_in");
  std::vector<std::string> words = {"-std=c++17", (example() / "main.cc").string(), "-o", program};
  for (const std::string& flag : Words(flags.out)) words.push_back(flag);
  const Finished built = RunToEnd({.argv = Compiler(words)});
  ASSERT_EQ(built.code(), 0) << built.err;
  ExpectWorks(program);
}

TEST_F(LibraryInstallTest, EachHeaderStandsAloneAndNeedsNothingOfOurs) {
  std::set<std::string> headers;
  for (const auto& entry : fs::recursive_directory_iterator(tree() / "include")) {
    if (entry.is_regular_file()) headers.insert(entry.path().string());
  }
  const fs::path folder = tree() / "include/utboks";
  EXPECT_THAT(headers, ElementsAre(folder / "message.h", folder / "outbox.h", folder / "status.h"));
  for (const std::string& header : headers) {
    const std::string needs = dir_.File("needs");
    const Finished built = RunToEnd(
        {.argv = Compiler({"-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror",
                           "-I" + (tree() / "include").string(), "-MD", "-MF", needs, "-c", "-o",
                           dir_.File("header.o"), "-x", "c++", header})});
    ASSERT_EQ(built.code(), 0) << built.err;
    const std::vector<std::string> files = Words(testing::ReadFile(needs));
    EXPECT_THAT(files, IsSupersetOf({header}));
    for (const std::string& file : files) {
      if (file == "\\" || file.ends_with(".o:") || headers.contains(file)) continue;
      EXPECT_THAT(file, StartsWith("/usr/"));
    }
  }
}

TEST_F(LibraryInstallTest, NothingIsExportedButWhatTheHeadersDeclare) {
  const Finished names = RunToEnd({.argv = {"nm", "-D", "-C", "--defined-only", library()}});
  ASSERT_EQ(names.code(), 0) << names.err;
  std::set<std::string> exported;
  for (const std::string& line : Lines(names.out)) {
    std::string name = line.substr(line.find(" T ") == std::string::npos ? 0 : 19);
    exported.insert(name.substr(0, name.find('(')));
  }
  const std::string space = "utboks::outbox::";
  EXPECT_THAT(exported,
              ElementsAre(space + "CodeName", space + "Outbox::Enqueue", space + "Outbox::Find",
                          space + "Outbox::Open", space + "Outbox::~Outbox", space + "StateName",
                          space + "Version"))
      << names.out;

  const Finished dynamic = RunToEnd({.argv = {"readelf", "-d", library()}});
  EXPECT_THAT(dynamic.out, HasSubstr("Library soname: [libutboks-outbox.so.1]"));
  EXPECT_THAT(dynamic.out, Not(HasSubstr("RUNPATH")));
}

}  // namespace
}  // namespace utboks::test
