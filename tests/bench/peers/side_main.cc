// What the comparison with other queues needs of ours, besides the programs themselves.
//
//   utboks_peers_side letters FILE COUNT             the documents, each ended by a NUL
//   utboks_peers_side fill STORE KEYS COUNT          the same documents, into a new store of ours
//   utboks_peers_side post PORT PKI COUNT THREADS    the same, posted by the bare loop: the floor
//
// The documents are the same at each call.  Exit code 0, or 2 with the reason.

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/bare_poster.h"
#include "tests/bench/letters.h"
#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

int Number(std::string_view word) {
  int number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  if (number <= 0) GiveUp(fmt::format("{} is no number above 0", word));
  return number;
}

void WriteLetters(const std::string& path, int count) {
  std::ofstream file(path, std::ios::binary);
  for (const Letter& letter : Letters().Next(count)) file << letter.document << '\0';
  if (!file.flush()) GiveUp("cannot write " + path);
}

void FillOwn(const std::string& url, const std::string& keys, int count) {
  StoreOptions options = OwnOptions(url);
  options.key_file = keys;
  Letters letters;
  Fill(*Must(OpenStore(options)), letters, count);
}

void PostBare(int port, const std::string& pki, int count, int threads) {
  const bare::Register to{static_cast<std::uint16_t>(port), pki + "/client.pem",
                          pki + "/client-key.pem", pki + "/ca.pem"};
  std::atomic<std::int64_t> answered{0};
  bare::Post(to, Letters().Next(count), threads, 0, answered);
}

void Run(const std::vector<std::string>& words) {
  const std::string what = words.empty() ? "" : words[0];
  if (what == "letters" && words.size() == 3) {
    WriteLetters(words[1], Number(words[2]));
  } else if (what == "fill" && words.size() == 4) {
    FillOwn(words[1], words[2], Number(words[3]));
  } else if (what == "post" && words.size() == 5) {
    PostBare(Number(words[1]), words[2], Number(words[3]), Number(words[4]));
  } else {
    GiveUp("usage: letters FILE COUNT | fill STORE KEYS COUNT | post PORT PKI COUNT THREADS");
  }
}

}  // namespace
}  // namespace utboks::bench

int main(int argc, char** argv) {
  try {
    utboks::bench::Run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "peers_side: {}\n", failure.what());
    return 2;
  }
}
