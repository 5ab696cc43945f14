#include "tests/bench/letters.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace utboks::bench {
namespace {

constexpr std::string_view kOpen = "<avsendersMeldingsidentifikator>";
constexpr std::string_view kClose = "</avsendersMeldingsidentifikator>";

std::string Example() {
  std::ostringstream text;
  text << std::ifstream(UTBOKS_SOURCE_DIR "/schemas/examples/MeldingOmDoedsfall_v1.2.xml").rdbuf();
  return text.str();
}

}  // namespace

Letters::Letters(std::int64_t keys) : keys_(keys) {
  const std::string example = Example();
  const std::size_t open = example.find(kOpen), close = example.find(kClose);
  if (open == std::string::npos || close == std::string::npos) std::abort();
  before_ = example.substr(0, open + kOpen.size());
  after_ = example.substr(close);
}

std::vector<Letter> Letters::Next(int count) {
  std::vector<Letter> letters;
  letters.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const std::int64_t number = made_++;
    const std::int64_t key = keys_ == 0 ? number : number % keys_;
    const std::string identifikator = fmt::format("3f0c2a5e-0000-4000-8000-{:012}", number);
    letters.push_back(
        {identifikator, before_ + identifikator + after_, fmt::format("{:011}", key)});
  }
  return letters;
}

std::vector<NewRow> Letters::Rows(const std::vector<Letter>& letters) {
  std::vector<NewRow> rows;
  rows.reserve(letters.size());
  for (const Letter& letter : letters) {
    NewRow row;
    row.ressurs = kRessurs;
    row.document = SensitiveText(letter.document);
    row.identifikator = SensitiveText(letter.identifikator);
    row.order_keys.emplace_back(letter.order_key);
    row.edition = kEdition;
    row.schema_hash = kSchemaHash;
    row.actor = "cli:bench";
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace utboks::bench
