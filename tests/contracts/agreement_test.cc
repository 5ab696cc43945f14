// The shipped schemas against the register's contracts: our validator, `utboks
// validate` and xmllint judge what a generator makes as the oracle does, document for
// document.  Where an engine is known to differ (quirk.h), it differs as foretold.
//
// UTBOKS_PROPERTY_STEPS: changed documents of each contract; UTBOKS_PROPERTY_SEED.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/contracts/engines.h"
#include "tests/contracts/generator.h"
#include "tests/contracts/mutation.h"
#include "tests/contracts/oracle.h"
#include "tests/unit/queue/property.h"

namespace utboks::contracts {
namespace {

using ::utboks::testing::PropertySeed;
using ::utboks::testing::PropertySteps;

class AgreementTest : public ::testing::TestWithParam<std::string> {};

TEST_P(AgreementTest, OracleProgramAndXmllintAgree) {
  const Contract& contract = TheModel().Get(GetParam());
  const std::uint64_t seed = PropertySeed(20'240'517);
  SCOPED_TRACE(contract.id + ", UTBOKS_PROPERTY_SEED=" + std::to_string(seed));
  const auto random = SeededRandom(seed);
  Generator generator(TheModel(), contract, *random);
  Mutator mutator(TheModel(), contract, generator, *random);
  const Oracle oracle(TheModel(), contract);
  const Quirks our_quirks = QuirksOf(&QuirkName::ours);
  const Quirks libxml2_quirks = QuirksOf(&QuirkName::libxml2);

  constexpr std::size_t kValid = 60;
  const auto mutants = static_cast<std::size_t>(PropertySteps(240));
  std::vector<std::string> documents, what;
  std::set<std::string> different;
  std::vector<Node> valid;
  for (int tries = 0; tries < 3'000; ++tries) {
    if (valid.size() >= kValid && generator.NeverMade().empty()) break;
    Node made = generator.Document();
    std::string document = Write(made);
    if (!different.insert(document).second) continue;
    const Verdict verdict = oracle.Judge(document);
    ASSERT_TRUE(verdict.valid) << verdict.why << "\n" << document;
    documents.push_back(std::move(document));
    what.emplace_back("nothing changed");
    valid.push_back(std::move(made));
  }
  EXPECT_GE(valid.size(), kValid);
  EXPECT_THAT(generator.NeverMade(), ::testing::IsEmpty());
  for (std::size_t i = 0; i < mutants; ++i) {
    auto mutant = mutator.Next(valid[random->Below(valid.size())]);
    if (!mutant || !different.insert(mutant->document).second) continue;
    documents.push_back(std::move(mutant->document));
    what.push_back(std::move(mutant->what));
  }

  const Ours ours(contract.file);
  const std::vector<bool> program = ours.ProgramVerdicts(documents);
  const std::vector<bool> xmllint = XmllintVerdicts(contract.file, documents);
  std::size_t invalid = 0;
  std::map<std::string_view, int> differences;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string& document = documents[i];
    const Verdict standard = oracle.Judge(document);
    const Verdict our_verdict = oracle.Judge(document, our_quirks);
    const Verdict libxml2_verdict = oracle.Judge(document, libxml2_quirks);
    const std::string complaint = ours.Complaint(document);
    EXPECT_EQ(complaint.empty(), our_verdict.valid)
        << "our validator; " << what[i] << ": expected \"" << our_verdict.why << "\", said \""
        << complaint << "\"\n"
        << document;
    EXPECT_EQ(program[i], our_verdict.valid) << "utboks validate; " << what[i] << "\n" << document;
    EXPECT_EQ(xmllint[i], libxml2_verdict.valid)
        << "xmllint; " << what[i] << ": " << libxml2_verdict.why << "\n"
        << document;
    invalid += standard.valid ? 0 : 1;
    if (our_verdict.valid == standard.valid && libxml2_verdict.valid == standard.valid) continue;
    EXPECT_GE(i, valid.size()) << "the generator's own documents divide nobody\n" << document;
    for (const QuirkName& quirk : kQuirks) {
      if (oracle.Judge(document, {quirk.quirk}).valid != standard.valid) ++differences[quirk.name];
    }
  }
  EXPECT_GE(invalid, 80u) << "too few of the changes make a document invalid";
  std::string told;
  for (const auto& [name, count] : differences) told += fmt::format(", {} {}", count, name);
  fmt::print("{}: {} documents, {} of them invalid; where engines differ:{}\n", contract.id,
             documents.size(), invalid, told.empty() ? " nowhere" : told.substr(1));
}

std::vector<std::string> Codes() {
  std::vector<std::string> codes;
  for (const Contract& contract : TheModel().contracts()) codes.push_back(contract.code);
  return codes;
}
INSTANTIATE_TEST_SUITE_P(Contracts, AgreementTest, ::testing::ValuesIn(Codes()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace utboks::contracts
