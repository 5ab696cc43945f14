#include "tests/layers/layer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <string_view>

namespace utboks::layers {
namespace {

namespace fs = std::filesystem;

// Who may include whom, lowest first.  A folder may always include itself and
// queue/base.  What is not here may be included by nobody.
const std::map<std::string_view, std::set<std::string_view>> kEdges = {
    {"queue/base", {}},
    {"queue", {}},
    {"queue/amqp", {}},
    {"producer/domain", {}},
    {"producer/xml", {"producer/domain"}},
    {"producer/net", {}},
    {"producer/intake", {"producer/xml", "producer/domain", "queue", "queue/amqp"}},
    {"producer/submit", {"producer/net", "producer/xml", "producer/domain", "queue"}},
    {"producer/lab", {"producer/submit", "producer/net", "queue"}},
    {"producer/feedback", {"producer/net", "producer/xml", "producer/domain", "queue"}},
    {"producer/outcome", {"queue", "queue/amqp", "producer/net"}},
    {"producer/notices", {"producer/net", "producer/xml", "queue"}},
    {"producer/ops", {"producer/intake", "queue"}},
    {"producer/http", {"producer/ops", "producer/intake", "queue"}},
    {"producer/app",
     {"producer/domain", "producer/xml", "producer/net", "producer/intake", "producer/submit",
      "producer/lab", "producer/feedback", "producer/outcome", "producer/notices", "producer/ops",
      "producer/http", "queue", "queue/amqp"}},
    {"include/utboks", {}},
    {"producer/embed", {"producer/domain", "producer/intake", "producer/app", "queue"}},
};

// What an agency's compiler reads: the C++ library and each other, as <utboks/...>.
constexpr std::string_view kPublic = "include/utboks";

// Where a third-party library lives: the beginning of the header's name, and the
// beginnings of the paths that may include it ("" is everywhere).  The first row
// that fits decides.
struct Library {
  std::string_view header;
  std::vector<std::string_view> homes;
};
const std::vector<Library> kLibraries = {
    {"xercesc/", {"producer/xml/"}},
    {"openssl/", {"producer/net/", "queue/seal"}},
    {"Poco/Net/", {"producer/net/", "producer/http/"}},
    {"Poco/Crypto/", {"producer/net/"}},
    {"Poco/JWT/", {"producer/net/"}},
    {"Poco/JSON/", {""}},
    {"Poco/Dynamic/", {""}},
    {"Poco/Util/", {}},
    {"Poco/XML/", {}},
    {"Poco/SAX/", {}},
    {"Poco/DOM/", {}},
    {"Poco/Data/", {}},
    {"Poco/", {""}},  // Foundation
    {"fmt/", {""}},
    {"sqlite3", {"queue/sqlite"}},
    {"libpq", {"queue/postgres"}},
    {"postgresql/", {"queue/postgres"}},
    {"utboks/", {"include/utboks/", "producer/embed/"}},
    {"amqp", {"queue/amqp/"}},
    {"toml++/", {"producer/app/"}},
    {"CLI/", {"producer/app/"}},
    {"prometheus/", {"queue/base/"}},
};

// The C++ library, C's and the kernel's headers are free: <name>, <name.h>, and
// these folders.
const std::regex kSystemHeader(
    R"([a-z0-9_]+(\.h)?|(sys|linux|net|netinet|arpa|bits)/[a-z0-9_]+\.h)");
const std::regex kInclude(R"re(^\s*#\s*include(?:_next)?\b\s*(?:<([^>]+)>|"([^"]+)")?)re");

bool IsSource(const fs::path& file) {
  static const std::set<std::string> kEndings = {".h",  ".hh",  ".hpp", ".hxx", ".inc", ".ipp",
                                                 ".cc", ".cpp", ".cxx", ".c",   ".ii"};
  return kEndings.contains(file.extension().string());
}

// "queue/base/clock.h" → queue/base; "producer/app/cli/run.cc" → producer/app;
// nothing for what lies in no known folder.
std::optional<std::string_view> ModuleOf(std::string_view path) {
  std::optional<std::string_view> found;
  for (const auto& [module, unused] : kEdges) {
    const bool inside =
        path.size() > module.size() && path.starts_with(module) && path[module.size()] == '/';
    if (inside && (!found || module.size() > found->size())) found = module;
  }
  return found;
}

std::vector<fs::path> FilesUnder(const fs::path& root, std::string_view folder) {
  std::vector<fs::path> files;
  if (!fs::exists(root / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// What is wrong with `file` (of `module`) including <header>; empty when nothing.
std::string JudgeThirdParty(std::string_view file, const std::string& header) {
  const bool is_system = std::regex_match(header, kSystemHeader);
  if (file.starts_with(kPublic) && !is_system && !header.starts_with("utboks/")) {
    return fmt::format("<{}> is nothing that an agency's program must have", header);
  }
  for (const Library& library : kLibraries) {
    if (!header.starts_with(library.header)) continue;
    const bool at_home =
        std::ranges::any_of(library.homes, [&](auto home) { return file.starts_with(home); });
    if (at_home) return "";
    return fmt::format("<{}> may not be used here: it lives in {}", header,
                       library.homes.empty() ? "no folder of ours"
                                             : fmt::format("{}", fmt::join(library.homes, ", ")));
  }
  if (is_system) return "";
  return fmt::format("<{}> is of a library that the table does not know: give it one home", header);
}

std::string JudgeOwn(const fs::path& root, std::string_view module, const std::string& header) {
  if (module == kPublic) return fmt::format("\"{}\" is not installed with this header", header);
  if (!fs::exists(root / header)) {
    return fmt::format("\"{}\" is not a path from the top of the tree", header);
  }
  const auto target = ModuleOf(header);
  if (!target) return fmt::format("\"{}\" lies outside the folders of the table", header);
  if (*target == module || *target == "queue/base") return "";
  if (kEdges.at(module).contains(*target)) return "";
  return fmt::format("{} may not include {} (\"{}\")", module, *target, header);
}

void CheckFile(const fs::path& root, const fs::path& path, std::vector<Finding>* findings) {
  const std::string file = path.lexically_relative(root).generic_string();
  const auto module = ModuleOf(file);
  if (!module) {
    findings->push_back({file, 0, "lies in no folder of the table: give the folder its edges"});
    return;
  }
  std::ifstream in(path);
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    std::smatch match;
    if (!std::regex_search(text, match, kInclude)) continue;
    std::string wrong;
    if (match[1].matched) {
      wrong = JudgeThirdParty(file, match[1].str());
    } else if (match[2].matched) {
      wrong = JudgeOwn(root, *module, match[2].str());
    } else {
      wrong = "an #include whose name cannot be read here cannot be checked";
    }
    if (!wrong.empty()) findings->push_back({file, line, wrong});
  }
}

}  // namespace

std::vector<Finding> CheckIncludes(const fs::path& root) {
  std::vector<Finding> findings;
  for (const std::string_view folder : {"producer", "queue", "include"}) {
    for (const fs::path& file : FilesUnder(root, folder)) {
      if (IsSource(file)) CheckFile(root, file, &findings);
    }
  }
  return findings;
}

std::vector<Finding> CheckTestsAreBuilt(const fs::path& root, const std::set<fs::path>& built) {
  std::vector<Finding> findings;
  for (const std::string_view folder : {"tests", "producer", "queue"}) {
    for (const fs::path& file : FilesUnder(root, folder)) {
      if (!file.filename().string().ends_with("_test.cc") || built.contains(file)) continue;
      findings.push_back({file.lexically_relative(root).generic_string(), 0,
                          "no test program is built from it: list it in its CMakeLists.txt"});
    }
  }
  return findings;
}

}  // namespace utboks::layers
