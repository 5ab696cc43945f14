// Documents for the tests: the shipped examples, and changes to them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "producer/xml/validator.h"
#include "tests/support/read_file.h"

namespace utboks::test {

using testing::ReadFile;

inline std::string SchemasDir() {
  return UTBOKS_SOURCE_DIR "/schemas";
}

// "Doedsfall_v1.0", "AnnulleringAvDoedsfall_v1.2".
inline std::string Example(std::string_view name) {
  return ReadFile(SchemasDir() + "/examples/MeldingOm" + std::string(name) + ".xml");
}

// A document that no resource takes: it names attachments where none can go.
inline std::string Unsent(std::string_view name) {
  return ReadFile(std::string(UTBOKS_SOURCE_DIR) + "/tests/data/unsent/MeldingOm" +
                  std::string(name) + ".xml");
}

// `document` with its first `from` made `to`; fails the test when there is none.
inline std::string Changed(std::string document, std::string_view from, std::string_view to) {
  const std::size_t at = document.find(from);
  EXPECT_NE(at, std::string::npos) << "no " << from << " in the document";
  return at == std::string::npos ? document : document.replace(at, from.size(), to);
}

inline const Catalogue& ShippedCatalogue() {
  static const Catalogue catalogue = [] {
    auto loaded = Catalogue::Load(SchemasDir());
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
    return std::move(loaded).value();
  }();
  return catalogue;
}

// Of the test environment unless asked otherwise; schemas are loaded once.
inline const Validator& ShippedValidator(bool production = false) {
  static const auto test = Validator::Make(ShippedCatalogue(), {});
  static const auto real = Validator::Make(ShippedCatalogue(), {.production = true, .limits = {}});
  return production ? *real : *test;
}

inline Checked Check(std::string_view document, const CheckRequest& request = {},
                     const Validator& validator = ShippedValidator()) {
  auto checked = validator.Check(document, request);
  EXPECT_TRUE(checked.ok()) << checked.status().text();
  return checked.ok() ? std::move(checked).value() : Checked();
}

// One violation as "rule line path", for comparing.
inline std::string Brief(const Violation& violation) {
  return violation.rule + " " + std::to_string(violation.line) + " " + violation.path;
}
inline std::vector<std::string> Briefs(const Checked& checked) {
  std::vector<std::string> briefs;
  for (const Violation& violation : checked.violations) briefs.push_back(Brief(violation));
  return briefs;
}

}  // namespace utboks::test
