// Holding a document against one edition's schema: ours against Xerces alone, and
// with what is read out of it.  By the processor's time: nothing else is used.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "producer/xml/validator.h"
#include "tests/bench/bare_validator.h"
#include "tests/bench/letters.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

constexpr const char* kSchemas = UTBOKS_SOURCE_DIR "/schemas";
// The documents go round, so that they lie in the processor's cache as one that was
// just received does.
constexpr int kDocuments = 64;

Sample Judge(const std::vector<Letter>& letters, int documents,
             const std::function<bool(const std::string&)>& valid) {
  Meter meter;
  meter.Start();
  for (int i = 0; i < documents; ++i) {
    const Letter& letter = letters[static_cast<std::size_t>(i) % letters.size()];
    if (!valid(letter.document)) GiveUp("the example is not valid");
  }
  meter.Stop();
  return meter.Read(documents, 0);
}

}  // namespace

void MeasureValidation(const Scale& scale, Report& report) {
  const Catalogue catalogue = Must(Catalogue::Load(kSchemas));
  const std::unique_ptr<Validator> own = Validator::Make(catalogue, {});
  Must(own->LoadEnabled());
  const Ressurs* ressurs = catalogue.Find(kRessurs);
  bare::Validator bare(std::string(kSchemas) + "/" + ressurs->FindEdition(kEdition)->file);

  const std::vector<Letter> letters = Letters().Next(kDocuments);
  const auto ours = [&](bool schema_only) {
    return [&, schema_only] {
      return Judge(letters, scale.documents, [&](const std::string& document) {
        const CheckRequest request{
            .ressurs = kRessurs, .edition = kEdition, .schema_only = schema_only};
        return Must(own->Check(document, request)).valid;
      });
    };
  };
  const auto run_bare = [&] {
    return Judge(letters, scale.documents,
                 [&](const std::string& document) { return bare.Valid(document); });
  };
  const std::vector<Series> series = Interleave(scale.rounds, {ours(true), run_bare, ours(false)});
  report.Compare("validation, one edition, schema only", series[0], series[1],
                 {.what = "bare Xerces", .figure = kRatePerCpuSecond, .goal = AtLeast(0.9)});
  report.Compare("validation with extraction", series[2], series[1],
                 {.what = "bare Xerces", .figure = kRatePerCpuSecond});
}

}  // namespace utboks::bench
