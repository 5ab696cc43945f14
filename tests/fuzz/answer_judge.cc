#include "tests/fuzz/answer_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace utboks::fuzz {
namespace {

constexpr std::size_t kMostViolations = 100;
constexpr std::size_t kMostCounted = 10'000;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool IsError(const Violation& violation) {
  return !violation.warning;
}

bool HasIdentifikator(const Ressurs* ressurs) {
  return ressurs != nullptr && std::ranges::find(ressurs->fields, Field::kIdentifikator,
                                                 &FieldPath::field) != ressurs->fields.end();
}

}  // namespace

std::string AnswerJudge::Broken(const Result<Checked>& answer, bool schema_only) const {
  if (!answer.ok()) {
    // Only where the document's resource has not the edition that was asked for.
    if (answer.status().code() != Code::kUsage) return "there is no verdict";
    return words_.FirstUnknown(answer.status().text()).length == 0
               ? ""
               : "an error holds a word that is not ours";
  }
  if (std::string broken = BrokenByWords(*answer); !broken.empty()) return broken;
  return BrokenByVerdict(*answer, schema_only);
}

std::string AnswerJudge::BrokenByWords(const Checked& checked) const {
  for (const std::string& name : {checked.ressurs, checked.edition}) {
    if (words_.FirstUnknown(name).length > 0) return "a name is not the catalogue's";
  }
  for (const Violation& violation : checked.violations) {
    for (const std::string* text : {&violation.rule, &violation.path, &violation.text}) {
      const auto unknown = words_.FirstUnknown(*text);
      if (unknown.length == 0) continue;
      return fmt::format("a violation of the rule {} holds a word of {} bytes that is not ours",
                         words_.FirstUnknown(violation.rule).length == 0 ? violation.rule : "*",
                         unknown.length);
    }
  }
  return "";
}

std::string AnswerJudge::BrokenByVerdict(const Checked& checked, bool schema_only) const {
  const auto& violations = checked.violations;
  if (violations.size() > kMostViolations) return "more than 100 violations";
  if (checked.more > 0 && violations.size() < kMostViolations) {
    return "violations are left out of a list that is not full";
  }
  if (checked.more > kMostCounted + kMostViolations) return "violations are counted without end";
  const bool has_error = std::ranges::any_of(violations, IsError);
  if (checked.valid && has_error) return "valid, and there is an error";
  if (!checked.valid && !has_error) return "not valid, and nothing says why";
  const auto place = [](const Violation& violation) {
    return std::pair(violation.line, violation.column);
  };
  if (!std::ranges::is_sorted(violations, {}, place)) return "violations are not by place";
  for (const Violation& violation : violations) {
    if (violation.rule.empty() || violation.text.empty()) return "a violation says nothing";
    if ((violation.line == 0) != (violation.column == 0) || violation.line < 0 ||
        violation.column < 0) {
      return fmt::format("a violation of the rule {} has half a place", violation.rule);
    }
  }
  if (!checked.valid) return "";
  if (checked.edition.empty() || checked.schema_hash.empty()) return "valid by no edition";
  if (schema_only) {
    return checked.extract.persons.empty() ? "" : "something is read out that was not asked for";
  }
  if (!checked.extract.attachments.empty()) return "valid, and it names an attachment";
  return HasIdentifikator(catalogue_.Find(checked.ressurs)) &&
                 IsBlank(checked.extract.identifikator.reveal())
             ? "valid, and without an identifier"
             : "";
}

bool SameAnswer(const Result<Checked>& a, const Result<Checked>& b) {
  if (!a.ok() || !b.ok()) {
    return a.ok() == b.ok() && a.status().code() == b.status().code() &&
           a.status().text() == b.status().text();
  }
  const auto verdict = [](const Checked& checked) {
    return std::tie(checked.valid, checked.ressurs, checked.edition, checked.schema_hash,
                    checked.violations, checked.more);
  };
  const auto read_out = [](const Extract& extract) {
    return std::tie(extract.identifikator, extract.saksreferanse, extract.persons,
                    extract.attachments);
  };
  return verdict(*a) == verdict(*b) && read_out(a->extract) == read_out(b->extract);
}

}  // namespace utboks::fuzz
