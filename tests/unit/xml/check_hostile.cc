// check_hostile [FILE]: loads all contracts, says "loaded", holds every hostile document
// against them and says "checked".  What it asks of the kernel in between is for
// hostile_trace_test to see.  With FILE it does what it must not: it opens that.

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string_view>
#include <vector>

#include "tests/unit/xml/hostile_documents.h"
#include "tests/unit/xml/own_catalogue.h"

namespace {

bool Say(std::string_view line) {
  return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

void DoWhatIsForbidden(const char* file) {
  const std::ifstream opened(file);
  ::close(::socket(AF_INET, SOCK_STREAM, 0));
}

}  // namespace

int main(int argc, char** argv) {
  namespace test = utboks::test;
  const auto kinds = test::HostileDocuments("http://127.0.0.1:9/evil", "/etc/hostname");
  const utboks::Validator& shipped = test::ShippedValidator();
  const auto lax = utboks::Validator::Make(test::LaxCatalogue(), {});
  if (!shipped.LoadEnabled().ok() || !lax->LoadEnabled().ok()) return 1;
  std::size_t wrong = 0;
  if (!Say("loaded\n")) return 1;
  for (const test::Hostile& kind : kinds) {
    const auto checked = (kind.lax ? *lax : shipped).Check(kind.make(), {.schema_only = kind.lax});
    const bool valid = checked.ok() && checked->valid;
    if (kind.must != test::Must::kNoHarm && valid != (kind.must == test::Must::kAccept)) ++wrong;
  }
  if (argc > 1) DoWhatIsForbidden(argv[1]);
  if (!Say("checked\n")) return 1;
  return wrong == 0 ? 0 : 1;
}
