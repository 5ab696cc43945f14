#include "producer/notices/judgement.h"

#include <optional>
#include <vector>

#include "producer/notices/concern.h"
#include "producer/notices/sentences.h"

namespace utboks {
namespace {

bool NamesTrouble(const Sentence& sentence) {
  return Says(sentence, {"*problem*", "*feil", "*feilen", "feilsituasjon*", "*ustabil*", "stans",
                         "nede", "*utfordring*", "treg*", "*utilgjengelig*", "*avbrudd*"});
}

bool NamesWork(const Sentence& sentence) {
  return Says(sentence, {"*vedlikehold*", "*oppgradering*", "planlagt*", "*nedetid*",
                         "servicevindu*", "varslet arbeid*", "*hasteendring*", "*sertifikatbytte*",
                         "*migrering*", "arbeidet"});
}

// The title decides where it can; "ustabil" in the text of planned work is its effect.
bool IsWork(const std::vector<Sentence>& title, const std::vector<Sentence>& body) {
  for (const auto* part : {&title, &body}) {
    bool trouble = false, work = false;
    for (const Sentence& sentence : *part) {
      trouble = trouble || NamesTrouble(sentence);
      work = work || NamesWork(sentence);
    }
    if (part == &title && trouble) return false;
    if (work) return true;
    if (trouble) return false;
  }
  return false;
}

// The word that would say that it is over, when nothing in the sentence takes it back:
// "når feilen er løst", "forventer at feilen er rettet innen", "er ikke løst".
bool SaysOver(const Sentence& sentence) {
  if (sentence.unfinished) return false;  // "Feil løst:", and no time after it
  const auto at = FindPhrase(
      sentence, {"løst", "rettet", "solved", "resolved", "utbedret", "normal drift", "som normalt",
                 "oppe igjen", "tjenester oppe", "er oppe", "tilbake til normal*", "stabile igjen",
                 "ferdig", "fullført", "gjennomført"});
  if (!at) return false;
  if (Says(sentence, {"ikke", "delvis", "midlertidig", "innen", "forvent*", "håper", "estimer*",
                      "planlagt*", "antatt"})) {
    return false;
  }
  const auto earlier =
      FindPhrase(sentence, {"når", "inntil", "til den", "til det", "til de", "til feil*",
                            "til problem*", "så snart", "før", "hvis", "dersom", "bli", "blir",
                            "vil", "jobb*", "arbeides", "arbeider", "prøver", "forsøker"});
  return !earlier || *earlier > *at;
}

// "fortsatt noen problemer", "nye problemer", "ikke løst": a doubt, even after "løst".
bool SaysNotOver(const Sentence& sentence) {
  if (Says(sentence, {"ikke løst", "ikke rettet", "ikke helt løst", "ikke utbedret"})) return true;
  return Says(sentence, {"fortsatt", "fremdeles", "framdeles", "nye", "nytt", "ny"}) &&
         NamesTrouble(sentence) && !SaysOver(sentence) && !Says(sentence, {"ny oppdatering"});
}

bool IsHour(const std::string& word) {
  const bool digits = word.find_first_not_of("0123456789") == std::string::npos;
  return digits && (word.size() == 2 || word.size() == 4 || word.size() == 1);
}

// Told afterwards, as a whole: "Feilen varte mellom kl 09:45 og kl 11:35", "i perioden
// kl 20.38 - kl 20.49 var …".
bool TellsOfThePast(const Sentence& sentence) {
  int hours = 0;
  for (const std::string& word : sentence.words) hours += IsHour(word) ? 1 : 0;
  if (hours < 2) return false;
  if (Says(sentence, {"vil", "kan", "skal", "er", "forvent*", "blir"})) return false;
  if (Says(sentence, {"varte", "varte mellom", "varte fra"})) return true;
  return Says(sentence, {"i perioden", "mellom", "fra"}) &&
         Says(sentence, {"var", "hadde", "opplevde", "ble", "førte", "fikk", "mottok", "sviktet"});
}

NoticeState StateOfTrouble(const std::vector<Sentence>& title, const std::vector<Sentence>& body) {
  // The last that says something counts: lines are added below.
  std::optional<bool> over;
  for (const auto* part : {&title, &body}) {
    for (const Sentence& sentence : *part) {
      if (SaysNotOver(sentence)) {
        over = false;
      } else if (SaysOver(sentence) || TellsOfThePast(sentence)) {
        over = true;
      }
    }
  }
  return over.value_or(false) ? NoticeState::kResolved : NoticeState::kOpen;
}

NoticeState StateOfWork(const std::vector<Sentence>& title, const std::vector<Sentence>& body) {
  for (const auto* part : {&title, &body}) {
    if (AnySays(*part, {"avlyst", "avlyses", "avlyst*", "kansellert", "utgår"})) {
      return NoticeState::kCalledOff;
    }
  }
  for (const auto* part : {&title, &body}) {
    for (const Sentence& sentence : *part) {
      if (SaysOver(sentence)) return NoticeState::kResolved;
    }
  }
  return NoticeState::kPlanned;
}

}  // namespace

Judgement JudgeNotice(std::string_view title, std::string_view lines) {
  std::vector<Sentence> head = SentencesOf(title);
  const std::vector<Sentence> body = SentencesOf(lines);
  const bool untitled = head.empty() || Says(head.front(), {"no title"});
  // What it is called then is its first sentence.
  if (untitled) head.assign(body.begin(), body.begin() + (body.empty() ? 0 : 1));
  Judgement judgement;
  judgement.operating = IsOperating(head);
  if (!judgement.operating) return judgement;
  judgement.concern = ConcernOf(head, body);
  judgement.state = IsWork(head, body) ? StateOfWork(head, body) : StateOfTrouble(head, body);
  return judgement;
}

}  // namespace utboks
