#include "producer/xml/meaning.h"

#include <algorithm>
#include <map>
#include <optional>

#include "producer/domain/calendar.h"
#include "producer/domain/person_id.h"
#include "producer/xml/utf8.h"

namespace utboks::xml {
namespace {

// A clock that is a little wrong has not written in the future.
constexpr std::chrono::minutes kClockError{5};

using Texts = std::span<const Reading::Text>;

class Findings {
 public:
  void Report(const Reading::Text& at, std::string_view rule, std::string text,
              Severity severity = Severity::kError) {
    if (severity == Severity::kOff) return;
    found_.push_back({rule, std::move(text), at.field, at.element, severity == Severity::kWarning});
  }
  void ReportWhole(std::string_view rule, std::string text, bool warning) {
    found_.push_back({rule, std::move(text), nullptr, 0, warning});
  }
  // It stands at the root: there is no element to point at.
  void ReportMissing(const FieldPath& field, std::string_view rule, std::string text) {
    found_.push_back({rule, std::move(text), &field, 1, false});
  }
  std::vector<MeaningFinding> Take() { return std::move(found_); }

 private:
  std::vector<MeaningFinding> found_;
};

void CheckIdentifier(const Ressurs& ressurs, Texts texts, Findings& findings) {
  for (const FieldPath& field : ressurs.fields) {
    if (field.field != Field::kIdentifikator) continue;
    const auto text = std::ranges::find(texts, &field, &Reading::Text::field);
    if (text == texts.end()) {
      findings.ReportMissing(field, "identifier-missing",
                             "avsendersMeldingsidentifikator is missing");
    } else if (IsBlank(text->text.reveal())) {
      findings.Report(*text, "identifier-missing", "avsendersMeldingsidentifikator is blank");
    }
  }
}

void CheckAttached(const Ressurs& ressurs, Texts texts, const MeaningQuestion& question,
                   Findings& findings) {
  std::vector<const Reading::Text*> places;
  std::vector<std::string_view> named;
  for (const Reading::Text& text : texts) {
    if (text.field->field != Field::kMultipartnavn) continue;
    places.push_back(&text);
    named.push_back(text.text.reveal());
  }
  const MultipartForm* form = ressurs.multipart ? &*ressurs.multipart : nullptr;
  for (AttachmentFinding& finding :
       CheckAttachments(form, named, question.attachments, question.max_attachments)) {
    if (finding.named) {
      findings.Report(*places[*finding.named], finding.rule, std::move(finding.text),
                      finding.warning ? Severity::kWarning : Severity::kError);
    } else {
      findings.ReportWhole(finding.rule, std::move(finding.text), finding.warning);
    }
  }
}

void CheckSent(const Reading::Text& text, const MeaningQuestion& question, Findings& findings) {
  const auto time = ReadDateTime(text.text.reveal());
  if (!time) return;  // the schema has said so, or it is beyond all calendars
  if (!time->zone) {
    findings.Report(text, "sent-without-zone",
                    "the time has no zone, and nobody knows which the register takes it for",
                    question.rules.sent_without_zone);
  }
  if (time->at > question.now + kClockError) {
    findings.Report(text, "sent-in-future", "the time lies in the future",
                    question.rules.sent_in_future);
  }
}

// The first day on which a person with this number can have been born; nothing when the
// number does not tell.  A D-number may have the day on which it was given out.
std::optional<Day> EarliestBirth(std::string_view number, ControlRule rule) {
  const auto id = ReadPersonId(number, rule);
  if (!id || id->dnummer) return std::nullopt;
  const std::vector<int> years = PossibleYears(*id);
  if (years.empty()) return std::nullopt;
  return Day(std::chrono::year(years.front()) / id->month / id->day);
}

// The texts of one field of a document, which has one person that it is about.
void CheckDays(const FieldPath& field, Texts texts, const MeaningQuestion& question,
               Findings& findings) {
  const auto person = std::ranges::find_if(
      texts, [&](const Reading::Text& text) { return text.field->path == field.person; });
  const auto born = person == texts.end()
                        ? std::nullopt
                        : EarliestBirth(person->text.reveal(), question.numbers.control_rule);
  for (const Reading::Text& text : texts) {
    const auto day = text.field == &field ? ReadDay(text.text.reveal()) : std::nullopt;
    if (!day) continue;
    if (*day > TodayInNorway(question.now)) {
      findings.Report(text, "date-in-future", "the day lies in the future",
                      question.rules.date_in_future);
    }
    if (born && *day < *born) {
      findings.Report(text, "death-before-birth",
                      "the day lies before the birth of the person, as the number tells it",
                      question.rules.death_before_birth);
    }
  }
}

void CheckPersons(Texts texts, Severity severity, Findings& findings) {
  if (severity == Severity::kOff) return;
  std::map<std::string_view, const Reading::Text*> seen;
  for (const Reading::Text& text : texts) {
    if (!text.field->distinct || IsBlank(text.text.reveal())) continue;
    if (seen.emplace(text.text.reveal(), &text).second) continue;
    findings.Report(text, "same-person-twice",
                    "the same person stands before in another role of this message", severity);
  }
}

}  // namespace

std::vector<MeaningFinding> CheckMeaning(const Ressurs& ressurs, Texts texts,
                                         const MeaningQuestion& question) {
  Findings findings;
  CheckIdentifier(ressurs, texts, findings);
  CheckAttached(ressurs, texts, question, findings);
  for (const Reading::Text& text : texts) {
    for (const NumberFinding& finding :
         CheckNumber(text.field->field, text.text.reveal(), question.numbers)) {
      findings.Report(text, finding.rule, std::string(finding.text),
                      finding.warning ? Severity::kWarning : Severity::kError);
    }
    if (text.field->field == Field::kInnsendingstidspunkt) CheckSent(text, question, findings);
  }
  CheckPersons(texts, question.rules.same_person_twice, findings);
  for (const FieldPath& field : ressurs.fields) {
    if (field.field == Field::kDato) CheckDays(field, texts, question, findings);
  }
  return findings.Take();
}

}  // namespace utboks::xml
