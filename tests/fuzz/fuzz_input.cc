#include "tests/fuzz/fuzz_input.h"

#include <algorithm>

namespace utboks::fuzz {
namespace {

constexpr std::string_view kSchemaOnly = "schema-only";
constexpr std::string_view kProduction = "production";

void ReadWord(std::string_view word, const Catalogue& catalogue, FuzzInput* input) {
  if (word == kSchemaOnly) input->request.schema_only = true;
  if (word == kProduction) input->production = true;
  if (const Ressurs* ressurs = catalogue.Find(word)) input->request.ressurs = ressurs->name;
  // Any edition's name, of whatever resource: an unknown one has its answer too.
  for (const Ressurs& ressurs : catalogue.ressurser()) {
    if (const Edition* edition = ressurs.FindEdition(word)) input->request.edition = edition->name;
  }
}

}  // namespace

FuzzInput ReadFuzzInput(std::string_view bytes, const Catalogue& catalogue) {
  FuzzInput input;
  if (bytes.starts_with('#')) {
    std::string_view line = bytes.substr(1, bytes.find('\n') - 1);
    bytes.remove_prefix(std::min(line.size() + 2, bytes.size()));
    while (!line.empty()) {
      const std::size_t length = std::min(line.find(' '), line.size());
      ReadWord(line.substr(0, length), catalogue, &input);
      line.remove_prefix(std::min(length + 1, line.size()));
    }
  }
  const std::size_t between = bytes.find(kBetweenDocuments);
  if (between != std::string_view::npos) {
    input.before = bytes.substr(0, between);
    bytes.remove_prefix(between + 1);
  }
  input.document = bytes;
  return input;
}

std::vector<std::string> FirstLines(const Catalogue& catalogue) {
  std::vector<std::string> lines = {"#", "#schema-only", "#production"};
  for (const Ressurs& ressurs : catalogue.ressurser()) {
    lines.push_back("#" + ressurs.name);
    lines.push_back("#" + ressurs.name + " production");
    for (const Edition& edition : ressurs.editions) {
      lines.push_back("#" + ressurs.name + " " + edition.name);
      lines.push_back("#" + ressurs.name + " " + edition.name + " schema-only");
    }
  }
  return lines;
}

}  // namespace utboks::fuzz
