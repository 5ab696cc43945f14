#include "tests/fuzz/validator_trial.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "producer/xml/reader.h"

namespace utboks::fuzz {
namespace {

// All words that an answer may hold: see Vocabulary.
Vocabulary OurWords(const std::string& source, const DoorLimits& limits) {
  Vocabulary words;
  words.AddFolder(source + "/schemas", ".xsd");
  for (const char* ending : {".h", ".cc"}) {
    words.AddFolder(source + "/producer/xml", ending);
    words.AddFolder(source + "/producer/domain", ending);
  }
  words.AddText(
      fmt::format("{} {} {}", limits.max_document, limits.max_depth, limits.max_attributes));
  return words;
}

}  // namespace

std::unique_ptr<ValidatorTrial> ValidatorTrial::Make(const std::string& source) {
  auto catalogue = Catalogue::Load(source + "/schemas");
  if (!catalogue.ok()) throw std::runtime_error(catalogue.status().text());
  std::unique_ptr<ValidatorTrial> trial(new ValidatorTrial(*std::move(catalogue)));
  ValidatorSettings settings;
  settings.control_rule = ControlRule::kFrom2032;
  trial->test_ = Validator::Make(trial->catalogue_, settings);
  settings.production = true;
  settings.control_rule = ControlRule::kPresent;
  settings.number_checks = Severity::kWarning;
  trial->production_ = Validator::Make(trial->catalogue_, settings);

  Vocabulary words = OurWords(source, settings.limits);
  for (const auto* of_kind : {&trial->catalogue_.ressurser(), &trial->catalogue_.hendelser()}) {
    for (const Ressurs& ressurs : *of_kind) {
      words.AddText(fmt::format("{} {} {}", ressurs.name, ressurs.root, ressurs.name_space));
      for (const Edition& edition : ressurs.editions) {
        words.AddText(edition.name);
        if (trial->schemas_.contains(edition.file)) continue;
        auto schema = xml::Schema::Load(*trial->catalogue_.SourceOf(edition), edition.file);
        if (!schema.ok()) throw std::runtime_error(schema.status().text());
        trial->schemas_[edition.file] = *std::move(schema);
      }
    }
  }
  trial->judge_ = std::make_unique<AnswerJudge>(trial->catalogue_, std::move(words));

  for (const char* folder : {"/schemas/examples", "/tests/data/unsent"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source + folder)) {
      if (entry.is_directory()) continue;  // an example's attachments
      std::ifstream file(entry.path(), std::ios::binary);
      std::string document(std::istreambuf_iterator<char>(file), {});
      const auto checked = trial->test_->Check(document, {});
      if (checked.ok() && checked->valid) trial->examples_[checked->ressurs] = std::move(document);
    }
  }
  if (trial->examples_.empty()) throw std::runtime_error("there are no examples");
  return trial;
}

std::string ValidatorTrial::Broken(std::string_view bytes) const {
  const FuzzInput input = ReadFuzzInput(bytes, catalogue_);
  const Validator& validator = input.production ? *production_ : *test_;
  const auto check = [&] { return validator.Check(input.document, input.request); };

  // The first finds out which resource it is.
  const auto first = check();
  if (std::string broken = judge_->Broken(first, input.request.schema_only); !broken.empty()) {
    return broken;
  }
  if (!SameAnswer(check(), first)) return "another answer right after itself";
  // What the door refuses reaches no reader.
  const Ressurs* ressurs = first.ok() ? Find(first->ressurs) : nullptr;
  if (ressurs == nullptr || first->edition.empty()) return "";

  if (!IsFresh(validator, *ressurs, first->edition, input.document)) {
    return "another answer from a fresh reader";
  }
  LetReadersGo(validator, *ressurs);
  const auto example = examples_.find(ressurs->name);
  const std::string_view before = !input.before.empty()        ? input.before
                                  : example != examples_.end() ? std::string_view(example->second)
                                                               : std::string_view();
  const auto other = validator.Check(before, input.request);
  if (std::string broken = judge_->Broken(other, input.request.schema_only); !broken.empty()) {
    return broken + " (of the document before)";
  }
  return SameAnswer(check(), first) ? "" : "another answer after another document";
}

const Ressurs* ValidatorTrial::Find(std::string_view name) const {
  if (const Ressurs* ressurs = catalogue_.Find(name)) return ressurs;
  for (const Ressurs& hendelse : catalogue_.hendelser()) {
    if (hendelse.name == name) return &hendelse;
  }
  return nullptr;
}

void ValidatorTrial::LetReadersGo(const Validator& validator, const Ressurs& ressurs) {
  // A reader that has seen a fault is not kept.
  const std::string faulty =
      fmt::format("<{0} xmlns=\"{1}\"><x/></{0}>", ressurs.root, ressurs.name_space);
  for (const Edition& edition : ressurs.editions) {
    CheckRequest request{.edition = edition.name, .schema_only = true};
    if (!ressurs.hendelse) request.ressurs = ressurs.name;
    if (const auto checked = validator.Check(faulty, request); !checked.ok() || checked->valid) {
      throw std::runtime_error("a faulty document is not refused");
    }
  }
}

bool ValidatorTrial::IsFresh(const Validator& validator, const Ressurs& ressurs,
                             const std::string& edition, std::string_view document) const {
  CheckRequest request{.edition = edition, .schema_only = true};
  if (!ressurs.hendelse) request.ressurs = ressurs.name;
  const auto kept = validator.Check(document, request);
  Opened opened;
  if (!kept.ok() || CheckDoor(document, {}, &opened)) return false;
  const auto& schema = schemas_.at(ressurs.FindEdition(edition)->file);
  const xml::Reading fresh = xml::Reader(schema).Read(opened.text, nullptr);
  return fresh.violations == kept->violations && fresh.more == kept->more;
}

}  // namespace utboks::fuzz
