#include "tests/contracts/engines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "producer/xml/validator.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::contracts {
namespace {

const Catalogue& TheCatalogue() {
  static const Catalogue catalogue = [] {
    auto loaded = Catalogue::Load(UTBOKS_SOURCE_DIR "/schemas");
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
    return std::move(loaded).value();
  }();
  return catalogue;
}

const Validator& TheValidator() {
  static const auto validator = Validator::Make(TheCatalogue(), {});
  return *validator;
}

// The documents as files, which the process of `spec` is given by name.
void HandIn(const std::vector<std::string>& documents, const testing::TempDir& dir,
            testing::ProcessSpec& spec) {
  spec.directory = dir.path().string();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string name = std::to_string(i) + ".xml";
    std::ofstream(dir.File(name), std::ios::binary) << documents[i];
    spec.argv.push_back(name);
  }
}

}  // namespace

const Model& TheModel() {
  static const Model model = Model::Load(UTBOKS_SOURCE_DIR "/tests/data/contracts.json");
  return model;
}

Ours::Ours(const std::string& file) {
  for (const auto* entries : {&TheCatalogue().ressurser(), &TheCatalogue().hendelser()}) {
    for (const Ressurs& entry : *entries) {
      for (const Edition& edition : entry.editions) {
        if (edition.file != file || !edition_.empty()) continue;
        edition_ = edition.name;
        if (!entry.hendelse) ressurs_ = entry.name;
      }
    }
  }
  EXPECT_NE(edition_, "") << "no edition in the catalogue has " << file;
}

std::string Ours::Complaint(std::string_view document) const {
  CheckRequest request;
  if (!ressurs_.empty()) request.ressurs = ressurs_;
  request.edition = edition_;
  request.schema_only = true;
  const auto checked = TheValidator().Check(document, request);
  EXPECT_TRUE(checked.ok()) << checked.status().text();
  if (!checked.ok()) return "no verdict";
  if (checked->valid) return "";
  const Violation& first = checked->violations.front();
  return first.rule + " " + first.path + ": " + first.text;
}

std::vector<bool> Ours::ProgramVerdicts(const std::vector<std::string>& documents) const {
  const testing::TempDir dir;
  const std::string config = dir.File("utboks.toml");
  std::ofstream(config) << "[schemas]\ndirectory = \"\"\n";
  testing::ProcessSpec spec;
  spec.argv = {UTBOKS_PROGRAM, "--config",  config,   "--json",
               "validate",     "--edition", edition_, "--schema-only"};
  if (!ressurs_.empty()) spec.argv.insert(spec.argv.end(), {"--ressurs", ressurs_});
  HandIn(documents, dir, spec);
  const auto run = testing::RunToEnd(spec, std::chrono::minutes(5));
  EXPECT_TRUE(run.exit.has_value()) << "utboks did not run: " << run.err;
  std::vector<bool> valid;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    const std::string start = "{\"file\":\"" + std::to_string(valid.size()) + ".xml\",\"valid\":";
    EXPECT_TRUE(line.starts_with(start)) << line.substr(0, 200);
    valid.push_back(line.substr(std::min(start.size(), line.size())).starts_with("true"));
  }
  EXPECT_EQ(valid.size(), documents.size()) << run.err.substr(0, 2'000);
  valid.resize(documents.size());
  EXPECT_EQ(run.code(), std::ranges::count(valid, false) == 0 ? 0 : 1);
  return valid;
}

std::vector<bool> XmllintVerdicts(const std::string& file,
                                  const std::vector<std::string>& documents) {
  const testing::TempDir dir;
  testing::ProcessSpec spec;
  spec.argv = {"xmllint", "--noout", "--nonet", "--schema", UTBOKS_SOURCE_DIR "/schemas/" + file};
  HandIn(documents, dir, spec);
  const auto run = testing::RunToEnd(spec, std::chrono::minutes(5));
  EXPECT_TRUE(run.exit.has_value()) << "xmllint did not run: " << run.err;
  std::set<std::string> told;
  std::vector<bool> valid(documents.size());
  std::istringstream lines(run.err);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t dot = line.find(".xml ");
    if (dot == std::string::npos) continue;
    const std::string_view verdict = std::string_view(line).substr(dot + 5);
    if (verdict != "validates" && verdict != "fails to validate") continue;
    told.insert(line.substr(0, dot));
    valid[std::stoul(line.substr(0, dot))] = verdict == "validates";
  }
  EXPECT_EQ(told.size(), documents.size()) << run.err.substr(0, 2'000);
  return valid;
}

}  // namespace utboks::contracts
