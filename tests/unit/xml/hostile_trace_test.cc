// Whoever has loaded the contracts opens and calls nothing more, whatever the documents
// say: seen from outside, by strace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/syscall_trace.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Whatever names a file or has to do with a socket, and what marks the time.
const std::vector<std::string>& Watched() {
  static const std::vector<std::string> names = {"%file", "%network", "write"};
  return names;
}

std::string WhyBlind() {
  std::vector<Syscall> calls;
  const Finished run = RunTraced({.argv = {"true"}}, Watched(), &calls);
  if (run.code() != 0) return "strace does not work here: " + run.err;
  return calls.empty() ? "strace runs here but sees nothing" : "";
}

// One run of check_hostile, in two parts.
struct Trace {
  explicit Trace(const std::vector<std::string>& words = {}) {
    ProcessSpec spec{.argv = {UTBOKS_CHECK_HOSTILE}};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    run = RunTraced(spec, Watched(), &calls);
    const auto says = [](std::string_view word) {
      return [word](const Syscall& call) {
        return call.name == "write" && call.arguments.find(word) != std::string::npos;
      };
    };
    loaded = std::find_if(calls.begin(), calls.end(), says("\"loaded"));
    checked = std::find_if(loaded, calls.end(), says("\"checked"));
    for (auto call = calls.begin(); call != loaded; ++call) {
      if (call->ok()) opened_before.push_back(call->path);
    }
    for (auto call = loaded; call != checked; ++call) {
      // Writes are watched for the marks alone; a sanitizer tries memory by its own pipes.
      if (call->name != "write") after.push_back(call->name + "(" + call->arguments + ")");
    }
  }

  Finished run;
  std::vector<Syscall> calls;
  std::vector<Syscall>::iterator loaded, checked;
  std::vector<std::string> opened_before, after;
};

class HostileTrace : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = WhyBlind();
    if (!why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(HostileTrace, NothingIsOpenedOrCalledOnceTheContractsAreLoaded) {
  const Trace trace;
  ASSERT_EQ(trace.run.code(), 0) << trace.run.err;
  ASSERT_NE(trace.loaded, trace.calls.end());
  ASSERT_NE(trace.checked, trace.calls.end());
  EXPECT_THAT(trace.opened_before, Contains(HasSubstr("MeldingOmDoedsfall_v1.2.xsd")));
  EXPECT_THAT(trace.opened_before, Contains(HasSubstr("DigitalSignatur.xsd")));
  EXPECT_THAT(trace.after, IsEmpty());
}

TEST_F(HostileTrace, SeesAFileAndASocket) {
  const TempDir dir;
  const Trace trace({dir.File("forbidden")});
  ASSERT_EQ(trace.run.code(), 0) << trace.run.err;
  ASSERT_NE(trace.checked, trace.calls.end());
  EXPECT_THAT(trace.after, Contains(HasSubstr("forbidden")));
  EXPECT_THAT(trace.after, Contains(HasSubstr("socket(AF_INET")));
}

}  // namespace
}  // namespace utboks::testing
