// fuzz_seeds FOLDER: writes there, a file each, what the fuzzer begins with beside the
// examples: the small ones of the hostile documents, and messages with content of any kind
// that names types, where Xerces would carry something over to the next document.

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "tests/unit/xml/documents.h"
#include "tests/unit/xml/hostile_documents.h"

namespace {

namespace test = utboks::test;

std::vector<std::string> HostileInputs() {
  constexpr std::size_t kLargest = 8'192;
  std::vector<std::string> inputs;
  for (const auto& kind : test::HostileDocuments("http://127.0.0.1:9/x", "/nowhere.xsd")) {
    std::string document = kind.make();
    if (document.size() <= kLargest) inputs.push_back(std::move(document));
  }
  return inputs;
}

// In the one element of all contracts that takes any content.
std::string WithAnyContent(const std::string& content) {
  static const std::string example = test::ReadFile(
      test::SchemasDir() + "/examples/MeldingOmEndringAvPersonMedFoedselsnummer_v1.0.xml");
  return test::Changed(example, "<innsendertype>utlendingsmyndigheten</innsendertype>",
                       "<innsendertype xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
                       "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">" +
                           content + "</innsendertype>");
}

// Each by itself, and each after a plain one.
std::vector<std::string> TypedInputs() {
  std::vector<std::string> inputs;
  for (const char* content :
       {"<x xsi:type=\"xs:int\">12</x>", "<x xsi:type=\"xs:int\">a</x>",
        "<x><y xsi:type=\"xs:int\">12</y></x>", "<x/><x xsi:type=\"xs:int\">12</x>",
        "<x xmlns=\"urn:x\"/>", "<x xsi:nil=\"1\"/>"}) {
    inputs.push_back(WithAnyContent(content));
    inputs.push_back(WithAnyContent("<x/>") + '\x1E' + WithAnyContent(content));
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<std::string> inputs = HostileInputs();
  for (std::string& input : TypedInputs()) inputs.push_back(std::move(input));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::ofstream file(std::string(argv[1]) + "/" + std::to_string(i), std::ios::binary);
    if (!(file << inputs[i])) return 2;
  }
  std::printf("%zu inputs to begin with, beside the examples\n", inputs.size());
  return 0;
}
