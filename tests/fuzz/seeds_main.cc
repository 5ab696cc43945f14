// fuzz_seeds FOLDER: writes the small ones of the hostile documents there, a file each.
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/unit/xml/hostile_documents.h"

int main(int argc, char** argv) {
  constexpr std::size_t kLargest = 8'192;
  if (argc != 2) return 2;
  int written = 0;
  for (const auto& kind : utboks::test::HostileDocuments("http://127.0.0.1:9/x", "/nowhere.xsd")) {
    const std::string document = kind.make();
    if (document.size() > kLargest) continue;
    std::ofstream file(std::string(argv[1]) + "/hostile-" + std::to_string(written),
                       std::ios::binary);
    if (!(file << document)) return 2;
    ++written;
  }
  std::printf("%d hostile documents\n", written);
  return 0;
}
