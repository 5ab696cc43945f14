// Which contracts a program loads, and when: a command those it needs and no more, a
// worker all that are enabled before it says that it is ready.  Counted by the files that
// it opens, as strace sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "producer/xml/catalogue.h"
#include "tests/crash/outbox.h"
#include "tests/support/syscall_trace.h"

namespace utboks::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::string& Schemas() {
  static const std::string folder = UTBOKS_SOURCE_DIR "/schemas/";
  return folder;
}

std::string Example(const std::string& name) {
  return Schemas() + "examples/" + name + ".xml";
}

using Names = std::set<std::string>;

// A schema and whatever it includes, as names in the folder of the contracts.
void AddWithIncluded(const std::string& name, Names* names) {
  if (!names->insert(name).second) return;
  static const std::regex kIncluded("schemaLocation=\"([^\"]+)\"");
  std::ifstream file(Schemas() + name);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (std::sregex_iterator found(text.begin(), text.end(), kIncluded), end; found != end;
       ++found) {
    const auto path = std::filesystem::path(name).parent_path() / found->str(1);
    AddWithIncluded(path.lexically_normal().generic_string(), names);
  }
}

// What has to be opened for these schemas, and for the catalogue, which is checked too.
Names WithCatalogue(const std::vector<std::string>& schemas) {
  Names names = {"catalogue.xsd"};
  for (const std::string& schema : schemas) AddWithIncluded(schema, &names);
  return names;
}

// The schema that a call opened, as its name in the folder of the contracts; "" = none.
std::string OpenedSchema(const Syscall& call) {
  constexpr std::string_view kFolder = "/schemas/";
  if (!call.name.starts_with("open") || !call.ok() || !call.path.ends_with(".xsd")) return "";
  const std::size_t at = call.path.rfind(kFolder);
  return at == std::string::npos ? "" : call.path.substr(at + kFolder.size());
}

// A traced run, and how often it opened each schema.
struct Loads {
  Loads(const Outbox& outbox, const std::vector<std::string>& words,
        const std::vector<std::string>& environment = {}) {
    ProcessSpec spec = outbox.Utboks(words);
    spec.environment = environment;
    run = RunTraced(spec, {"open", "openat", "sendto"}, &calls);
    for (const Syscall& call : calls) {
      if (const std::string schema = OpenedSchema(call); !schema.empty()) ++opened[schema];
    }
  }
  Names names() const {
    Names all;
    for (const auto& [name, unused] : opened) all.insert(name);
    return all;
  }
  void ExpectEachOnce(const Names& wanted) const {
    EXPECT_THAT(names(), ElementsAreArray(wanted));
    EXPECT_THAT(opened, Each(Pair(::testing::_, 1)));
  }

  Finished run;
  std::vector<Syscall> calls;
  std::map<std::string, int> opened;
};

class SchemaLoads : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = Outbox::WhyBlind();
    if (!why.empty()) GTEST_SKIP() << why;
  }

  const Outbox outbox_{nullptr};
};

TEST_F(SchemaLoads, ValidateLoadsTheContractOfTheDocument) {
  struct Case {
    std::string example, schema;
  };
  for (const Case& c : std::vector<Case>{
           {"MeldingOmVigsel_v1.0", "MeldingOmVigsel_v1.0.xsd"},
           {"RekvisisjonAvDNummer_5.0", "RekvisisjonAvDNummer_5.0.xsd"},
           // The newest that is enabled takes what the ones before it take.
           {"MeldingOmDoedsfall_v1.0", "MeldingOmDoedsfall_v1.2.xsd"},
       }) {
    SCOPED_TRACE(c.example);
    const Loads loads(outbox_, {"validate", Example(c.example)});
    EXPECT_EQ(loads.run.code(), 0) << loads.run.err;
    loads.ExpectEachOnce(WithCatalogue({c.schema}));
  }
  EXPECT_EQ(WithCatalogue({"RekvisisjonAvDNummer_5.0.xsd"}).count("DigitalSignatur.xsd"), 1u);
}

TEST_F(SchemaLoads, ValidateLoadsEachContractOnceForAllDocuments) {
  const Loads loads(
      outbox_, {"validate", Example("MeldingOmVigsel_v1.0"), Example("MeldingOmSeparasjon_v1.0"),
                Example("MeldingOmVigsel_v1.0")});
  EXPECT_EQ(loads.run.code(), 0) << loads.run.err;
  Names wanted = WithCatalogue({"MeldingOmVigsel_v1.0.xsd", "MeldingOmSeparasjon_v1.0.xsd"});
  EXPECT_THAT(loads.names(), ElementsAreArray(wanted));
  EXPECT_EQ(loads.opened.at("MeldingOmVigsel_v1.0.xsd"), 1);
  EXPECT_EQ(loads.opened.at("MeldingOmSeparasjon_v1.0.xsd"), 1);
}

TEST_F(SchemaLoads, AnEditionAskedForIsTheOnlyOneLoaded) {
  const Loads loads(outbox_, {"validate", "--edition", "1.0", Example("MeldingOmDoedsfall_v1.0")});
  EXPECT_EQ(loads.run.code(), 0) << loads.run.err;
  loads.ExpectEachOnce(WithCatalogue({"MeldingOmDoedsfall_v1.0.xsd"}));
}

TEST_F(SchemaLoads, WhatTheDoorRefusesLoadsNone) {
  const std::string file = outbox_.File("other.xml");
  std::ofstream(file) << "<other/>";
  const Loads loads(outbox_, {"validate", file});
  EXPECT_EQ(loads.run.code(), 1) << loads.run.err;
  loads.ExpectEachOnce(WithCatalogue({}));
}

TEST_F(SchemaLoads, EnqueueLoadsTheContractItIsFor) {
  const std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1",
                                          outbox_.Message(1, 1), outbox_.Message(2, 2)};
  const Loads loads(outbox_, words);
  EXPECT_EQ(loads.run.code(), 0) << loads.run.err;
  loads.ExpectEachOnce(WithCatalogue({"MeldingOmDoedsfall_v1.2.xsd"}));
}

TEST_F(SchemaLoads, WhoAsksForNoDocumentLoadsNone) {
  ASSERT_EQ(RunToEnd(outbox_.Utboks({"migrate"})).code(), 0);
  for (const char* word : {"list", "status", "events"}) {
    const Loads loads(outbox_, {word});
    EXPECT_EQ(loads.run.code(), 0) << loads.run.err;
    EXPECT_THAT(loads.names(), IsEmpty()) << word;
  }
}

TEST_F(SchemaLoads, AWorkerLoadsAllThatAreEnabledBeforeItIsReady) {
  const auto catalogue = Catalogue::Load(UTBOKS_SOURCE_DIR "/schemas");
  ASSERT_TRUE(catalogue.ok());
  std::vector<std::string> enabled;
  for (const auto* of_kind : {&catalogue->ressurser(), &catalogue->hendelser()}) {
    for (const Ressurs& ressurs : *of_kind) {
      for (const Edition& edition : ressurs.editions) {
        if (edition.EnabledIn(false)) enabled.push_back(edition.file);
      }
    }
  }
  const Loads loads(outbox_, {"run", "--drain"}, {"NOTIFY_SOCKET=" + outbox_.File("notify")});
  ASSERT_EQ(loads.run.code(), 0) << loads.run.err;
  EXPECT_THAT(loads.names(), ElementsAreArray(WithCatalogue(enabled)));
  for (const std::string& schema : enabled) EXPECT_EQ(loads.opened.at(schema), 1) << schema;
  const auto ready = std::find_if(loads.calls.begin(), loads.calls.end(), [](const auto& call) {
    return call.name == "sendto" && call.arguments.find("READY=1") != std::string::npos;
  });
  ASSERT_NE(ready, loads.calls.end());
  EXPECT_TRUE(std::none_of(ready, loads.calls.end(),
                           [](const auto& call) { return !OpenedSchema(call).empty(); }));
}

}  // namespace
}  // namespace utboks::testing
