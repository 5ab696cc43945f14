// Messages with attachments, from the command line to the register's receipt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/system/agency.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;

const std::string kExamples = UTBOKS_SOURCE_DIR "/schemas/examples/";
const std::string kRequest = kExamples + "RekvisisjonAvDNummer_5.0_med_vedlegg";
constexpr const char* kRessurs = "rekvisisjon_av_dnummer_v5.vedlegg";

std::vector<std::string> Words(std::vector<std::string> words, const std::string& document,
                               const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    words.push_back("--vedlegg");
    words.push_back(file);
  }
  words.push_back(document);
  return words;
}

TEST(Attachments, EveryShippedExampleIsSentWithItsFiles) {
  SimulatorFixture reg;
  Agency agency(reg);
  std::vector<std::string> ids;
  for (const auto& [name, ressurs] :
       {std::pair("RekvisisjonAvDNummer_4.0_med_vedlegg", "rekvisisjon_av_dnummer_v4.vedlegg"),
        std::pair("RekvisisjonAvDNummer_5.0_med_vedlegg", "rekvisisjon_av_dnummer_v5.vedlegg"),
        std::pair("MeldingOmRegistreringAvFarskap_v1.0_med_vedlegg",
                  "registrering_av_farskap_v1.vedlegg")}) {
    std::vector<std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(kExamples + name)) {
      files.push_back(file.path().string());
    }
    EXPECT_GE(files.size(), 2U);
    const std::string document = kExamples + name + ".xml";
    const auto verdict = agency.Ask(Words({"validate"}, document, files));
    EXPECT_EQ(Get(verdict.at(0), "ressurs"), ressurs) << "the one that takes attachments";
    const auto stored = agency.Ask(Words({"enqueue", "--ressurs", ressurs}, document, files));
    ids.push_back(Get(stored.at(0), "id"));
  }
  agency.Drain();
  for (const std::string& id : ids) EXPECT_EQ(agency.StateOf(id), "accepted");
  EXPECT_EQ(reg.Accepted().size(), 3U);
}

TEST(Attachments, WhatDoesNotFitIsRefusedBeforeAnythingIsStored) {
  Agency agency;
  const std::string document = kRequest + ".xml";
  const std::string pass = kRequest + "/pass.pdf", request = kRequest + "/rekvisisjon.pdf";
  const std::string wrong_case = agency.File("Pass.pdf", "%PDF"),
                    empty = agency.File("pass.pdf", "");
  const std::string other = agency.File("annet.pdf", "%PDF");
  struct Case {
    std::vector<std::string> files;
    std::string rule;
  };
  for (const Case& c : {Case{{}, "attachment-missing"},
                        {{pass}, "attachment-missing"},
                        {{pass, request, other}, "attachment-surplus"},
                        {{pass, request, pass}, "attachment-twice"},
                        {{wrong_case, request}, "attachment-case"},
                        {{empty, request}, "attachment-empty"}}) {
    for (const auto& words : {Words({"enqueue", "--ressurs", kRessurs}, document, c.files),
                              Words({"validate", "--ressurs", kRessurs}, document, c.files)}) {
      const Finished run = agency.Run(words);
      EXPECT_EQ(run.code(), 1) << c.rule;
      EXPECT_THAT(run.out + run.err, HasSubstr("(" + c.rule + ")"));
      EXPECT_THAT(run.out + run.err, ::testing::Not(HasSubstr("pass.pdf"))) << "a name is content";
    }
  }
  EXPECT_TRUE(agency.States().empty());
  // One that a resource does not take.
  const Finished none = agency.Run(Words({"enqueue", "--ressurs", "doedsfall_v1"},
                                         kExamples + "MeldingOmDoedsfall_v1.0.xml", {pass}));
  EXPECT_EQ(none.code(), 1);
  EXPECT_THAT(none.err, HasSubstr("takes no attachments"));
  ExpectRefused(agency.Run(Words({"enqueue", "--ressurs", kRessurs, document}, document, {pass})),
                2, {"--vedlegg", "exactly one document"});
  ExpectRefused(agency.Run(Words({"validate", document}, document, {pass})), 2,
                {"--vedlegg", "exactly one document"});
  EXPECT_EQ(
      agency.Run(Words({"enqueue", "--ressurs", kRessurs}, document, {"/no/such/file"})).code(),
      65);
  agency.Set("intake.max_attachments", "\"1KiB\"");
  const std::string large = agency.File("rekvisisjon.pdf", std::string(1000, 'x'));
  const Finished run =
      agency.Run(Words({"enqueue", "--ressurs", kRessurs}, document, {pass, large}));
  EXPECT_EQ(run.code(), 1);
  EXPECT_THAT(run.err, HasSubstr("attachments-too-large"));
  EXPECT_TRUE(agency.States().empty());
}

TEST(Attachments, TheSameFilesInAnotherOrderAreTheSameMessage) {
  Agency agency;
  const std::string document = kRequest + ".xml";
  const std::string pass = kRequest + "/pass.pdf", request = kRequest + "/rekvisisjon.pdf";
  const std::vector<std::string> enqueue = {"enqueue", "--ressurs", kRessurs};
  const auto first = agency.Ask(Words(enqueue, document, {pass, request}));
  const auto again = agency.Ask(Words(enqueue, document, {request, pass}));
  EXPECT_EQ(Get(again.at(0), "id"), Get(first.at(0), "id"));
  EXPECT_EQ(Get(again.at(0), "new"), "false");
  const std::string other = agency.File("pass.pdf", "%PDF-1.4 another");
  EXPECT_EQ(agency.Run(Words(enqueue, document, {other, request})).code(), 1);
  EXPECT_EQ(agency.States().size(), 1U);
}

// The most memory that a process has had, in KiB; 0 where nobody may look, and where a
// sanitizer has its own use for memory.
long PeakOf(pid_t pid) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return pid * 0L;
#else
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    long peak = 0;
    if (word == "VmHWM:" && status >> peak) return peak;
  }
  return 0;
#endif
}

// Nearly as large as they may be, past an answer that is lost: the bytes of the second
// time are those of the first, and they are in memory once.
TEST(Attachments, LargeOnesAreSentAgainAsTheyWere) {
  SimulatorFixture reg({.scenario = "step = [{kind='lost', for_requests=1}]"});
  Agency agency(reg);
  constexpr long kMebibytes = 40;
  std::string large(static_cast<std::size_t>(kMebibytes) << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 251);
  const std::string pass = agency.File("pass.pdf", large);
  const auto stored = agency.Ask(Words({"enqueue", "--ressurs", kRessurs}, kRequest + ".xml",
                                       {pass, kRequest + "/rekvisisjon.pdf"}));
  const long before = PeakOf(agency.StartWorker().pid());
  ASSERT_TRUE(agency.AwaitState(Get(stored.at(0), "id"), "accepted"));
  EXPECT_LT(PeakOf(agency.worker().pid()) - before, kMebibytes * 1024 * 3 / 2);
  std::set<std::string> hashes;
  std::size_t sent = 0;
  for (const JournalLine& line : reg.Journal()) {
    if (line.method != "POST" || line.event != "end") continue;
    hashes.insert(line.sha256);
    ++sent;
  }
  EXPECT_EQ(sent, 2U);
  EXPECT_EQ(hashes.size(), 1U);
}

}  // namespace
}  // namespace utboks::testing
