// Every contract by itself: its example held against it by the schema alone and as
// `enqueue` does, beside Xerces alone.  By the processor's time: nothing else is used.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "producer/xml/validator.h"
#include "tests/bench/bare_validator.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/shown.h"

namespace utboks::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSource = UTBOKS_SOURCE_DIR;

struct Example {
  std::string name;  // of its file, without the ending
  std::string document;
  CheckRequest request;
  std::string schema;  // its file's path
};

// A file's name is its contract's, with a remark behind it where a contract has two.
std::string ContractOf(std::string_view name) {
  const std::size_t digits = name.find_first_of("0123456789");
  return std::string(name.substr(0, name.find_first_not_of("0123456789.", digits)));
}

std::optional<Example> ReadExample(const Catalogue& catalogue, const fs::path& path) {
  Example example;
  example.name = path.stem().string();
  std::ifstream file(path, std::ios::binary);
  example.document.assign(std::istreambuf_iterator<char>(file), {});
  for (const auto* of_kind : {&catalogue.ressurser(), &catalogue.hendelser()}) {
    for (const Ressurs& ressurs : *of_kind) {
      for (const Edition& edition : ressurs.editions) {
        if (edition.file != ContractOf(example.name) + ".xsd") continue;
        example.schema = fmt::format("{}/{}", catalogue.dir(), edition.file);
        if (!ressurs.hendelse) example.request.ressurs = ressurs.name;
        example.request.edition = edition.name;
        return example;
      }
    }
  }
  return std::nullopt;
}

std::vector<Example> Examples(const Catalogue& catalogue) {
  std::vector<Example> examples;
  for (const char* folder : {"schemas/examples", "tests/data/unsent"}) {
    for (const auto& entry : fs::directory_iterator(fmt::format("{}/{}", kSource, folder))) {
      if (entry.is_directory()) continue;  // an example's attachments
      std::optional<Example> example = ReadExample(catalogue, entry.path());
      if (!example) GiveUp(fmt::format("{} is of no contract", entry.path().string()));
      examples.push_back(*std::move(example));
    }
  }
  std::ranges::sort(examples, {}, &Example::name);
  return examples;
}

// `judge` says whether the answer is the one that is expected.
template <typename Judge>
Sample Hold(const Example& example, int times, const Judge& judge) {
  Meter meter;
  meter.Start();
  for (int i = 0; i < times; ++i) {
    if (!judge()) GiveUp(fmt::format("{} got another answer", example.name));
  }
  meter.Stop();
  return meter.Read(times, 0);
}

std::string Row(const Example& example, const Validator& own, const Scale& scale) {
  bare::Validator bare(example.schema);
  const auto check = [&](bool schema_only) {
    CheckRequest request = example.request;
    request.schema_only = schema_only;
    return Must(own.Check(example.document, request)).valid;
  };
  // Some name attachments, which are not given: by the schema they are valid.
  const bool whole = check(false);
  const auto ours = [&](bool schema_only) {
    return [&, schema_only] {
      const bool expected = schema_only || whole;
      return Hold(example, scale.of_each_contract, [&] { return check(schema_only) == expected; });
    };
  };
  const auto run_bare = [&] {
    return Hold(example, scale.of_each_contract, [&] { return bare.Valid(example.document); });
  };
  const std::vector<Series> series = Interleave(scale.rounds, {ours(true), run_bare, ours(false)});
  const auto shown = [](const Series& of) { return Show(SpreadOf(of, kRatePerCpuSecond), ""); };
  const auto ratio = [&](const Series& of) {
    return ShowRatio(RatioOf(of, series[1], kRatePerCpuSecond));
  };
  return fmt::format("| {}{} | {} | {} | {} | {} | {} | {} |\n", example.name,
                     whole ? "" : " (refused)", example.document.size(), shown(series[0]),
                     shown(series[2]), shown(series[1]), ratio(series[0]), ratio(series[2]));
}

}  // namespace

void MeasureContracts(const Scale& scale, Report& report) {
  const Catalogue catalogue = Must(Catalogue::Load(fmt::format("{}/schemas", kSource)));
  const std::unique_ptr<Validator> own = Validator::Make(catalogue, {});
  std::string table =
      "## Validation, contract by contract\n\n"
      "Documents per second of CPU. The whole check reads out what is stored and looks at the\n"
      "numbers too; of a document that names attachments it says that they are missing.\n\n"
      "| example | bytes | schema only | whole check | bare Xerces | schema only : bare | "
      "whole : bare |\n|---|---|---|---|---|---|---|\n";
  for (const Example& example : Examples(catalogue)) table += Row(example, *own, scale);
  table.pop_back();
  report.Note(table);
}

}  // namespace utboks::bench
