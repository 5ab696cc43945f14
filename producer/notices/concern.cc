#include "producer/notices/concern.h"

#include <algorithm>

namespace utboks {
namespace {

// "Produsenttjenester er ikke berørt" names them, to say the contrary.
bool SaysNotConcerned(const Sentence& sentence) {
  return Says(sentence, {"ikke berørt", "ikke påvirke*", "påvirker ikke", "berører ikke",
                         "gjelder ikke", "ingen påvirkning", "uten påvirkning", "ikke rammet"});
}

bool NamesProducers(const Sentence& sentence) {
  return !SaysNotConcerned(sentence) &&
         Says(sentence, {"produsent*", "*mottak", "*mottaket", "*mottaks*", "tilbakemelding*",
                         "innsending*", "alle tjeneste*", "alle freg tjeneste*",
                         "alle våre tjeneste*", "alle våres tjeneste*", "alle folkeregister*",
                         "alle skatteetaten*", "samtlige tjeneste*"});
}

bool NamesTest(const Sentence& sentence) {
  return Says(sentence, {"test", "testmiljø*", "test miljø*", "*test", "*testmiljø*", "testdata*",
                         "testtjeneste*", "tenor*", "systemtest*", "ytelsestest*"});
}

bool NamesProduction(const Sentence& sentence) {
  return Says(sentence, {"prod", "produksjon*", "prodmiljø*"});
}

bool NamesTheRegister(const Sentence& sentence) {
  return Says(sentence,
              {"vår* tjeneste*", "våres tjeneste*", "skatteetaten* tjeneste*",
               "skatteetaten sine tjeneste*", "freg tjeneste*", "*nettverk*", "*brannmur*", "freg",
               "folkeregister tjeneste*", "folkeregisteret* tjeneste*",
               "tjenester i folkeregister*", "tjenestene", "saksflyt*"});
}

bool NamesOthersOnly(const Sentence& sentence) {
  return Says(sentence,
              {"konsument*", "altinn*", "maskinporten*", "*oppslag*", "*uttrekk*", "hendelse*",
               "bulk*", "excel*", "delingstjeneste*", "distribusjon*", "*rettighetspakke*",
               "offentligmedhjemmel*", "finans", "samtykke*", "vergemål*", "kontaktopplysning*"});
}

}  // namespace

bool IsOperating(const std::vector<Sentence>& title) {
  for (const Sentence& sentence : title) {
    const bool named =
        std::any_of(sentence.words.begin(), sentence.words.end(), [](const std::string& word) {
          // Codes and texts of errors, which news tell of.
          const Sentence one{{word}, false};
          if (Says(one, {"feilkode*", "feilmelding*", "bedrift*"})) return false;
          return Says(one, {"*drift*",
                            "*vedlikehold*",
                            "*ustabil*",
                            "*feil*",
                            "*problem*",
                            "*løst*",
                            "*rettet*",
                            "*nedetid*",
                            "*utilgjengelig*",
                            "*utfordring*",
                            "*nettverk*",
                            "*brannmur*",
                            "*varsling*",
                            "*stans*",
                            "*stopp*",
                            "*avlyst*",
                            "*utsatt*",
                            "*utsett*",
                            "*normal*",
                            "*solved*",
                            "*hasteendring*",
                            "*sertifikatbytte*",
                            "*tilganger*",
                            "nede",
                            "treg*"});
        });
    if (named || Says(sentence, {"tjenester oppe"})) return true;
  }
  return false;
}

NoticeConcern ConcernOf(const std::vector<Sentence>& title, const std::vector<Sentence>& body) {
  std::vector<Sentence> all = title;
  all.insert(all.end(), body.begin(), body.end());
  const auto any = [&](bool (*names)(const Sentence&)) {
    return std::any_of(all.begin(), all.end(), names);
  };
  if (any(NamesTest) && !any(NamesProduction)) return NoticeConcern::kNo;
  if (any(NamesProducers)) return NoticeConcern::kYes;
  if (any(NamesTheRegister)) return NoticeConcern::kLikely;
  const bool spared = std::any_of(all.begin(), all.end(), [](const Sentence& sentence) {
    return SaysNotConcerned(sentence) && Says(sentence, {"produsent*", "*mottak*"});
  });
  return spared || any(NamesOthersOnly) ? NoticeConcern::kNo : NoticeConcern::kLikely;
}

}  // namespace utboks
