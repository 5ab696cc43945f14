#include "tests/support/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;

ProcessSpec Shell(const std::string& script) {
  return {.argv = {"sh", "-c", script}};
}

TEST(ChildProcessTest, KeepsBothStreamsApartAndGivesTheExitCode) {
  const Finished done = RunToEnd(Shell("echo out; echo err >&2; exit 75"));
  EXPECT_EQ(done.out, "out\n");
  EXPECT_EQ(done.err, "err\n");
  EXPECT_EQ(done.code(), 75);
}

TEST(ChildProcessTest, GivesInputEnvironmentAndFolder) {
  TempDir dir;
  ProcessSpec spec = Shell("cat; echo \"$UTBOKS_CHILD_TEST\"; pwd");
  spec.input = "in\n";
  spec.environment = {"UTBOKS_CHILD_TEST=value"};
  spec.directory = dir.path().string();
  const Finished done = RunToEnd(spec);
  EXPECT_EQ(done.out, "in\nvalue\n" + std::filesystem::canonical(dir.path()).string() + "\n");
  EXPECT_EQ(done.code(), 0);
}

TEST(ChildProcessTest, ReplacesAVariableThatStandsAlready) {
  ASSERT_EQ(::setenv("UTBOKS_CHILD_TEST", "ours", 1), 0);
  ProcessSpec spec = Shell("env | grep -c ^UTBOKS_CHILD_TEST=; echo $UTBOKS_CHILD_TEST");
  spec.environment = {"UTBOKS_CHILD_TEST=theirs"};
  EXPECT_EQ(RunToEnd(spec).out, "1\ntheirs\n");
  ::unsetenv("UTBOKS_CHILD_TEST");
}

TEST(ChildProcessTest, MoreThanAPipeHoldsGoesThroughBothWays) {
  ProcessSpec spec{.argv = {"cat"}};
  spec.input = std::string(3'000'000, 'x');
  const Finished done = RunToEnd(spec);
  EXPECT_EQ(done.out.size(), spec.input.size());
  EXPECT_EQ(done.code(), 0);
}

TEST(ChildProcessTest, AChildThatDoesNotReadItsInputHarmsNobody) {
  ProcessSpec spec{.argv = {"true"}};
  spec.input = std::string(3'000'000, 'x');
  EXPECT_EQ(RunToEnd(spec).code(), 0);
}

TEST(ChildProcessTest, SaysWhyAProgramCannotBeStarted) {
  auto child = ChildProcess::Start({.argv = {"/nonexistent/program"}});
  ASSERT_FALSE(child.ok());
  EXPECT_THAT(child.status().text(), HasSubstr("No such file or directory"));
  EXPECT_FALSE(RunToEnd({.argv = {"/nonexistent/program"}}).exit.has_value());
}

TEST(ChildProcessTest, WakesAtALineWhileTheChildRunsOn) {
  auto child = ChildProcess::Start(Shell("echo one; echo two >&2; exec cat /dev/zero >/dev/null"));
  ASSERT_TRUE(child.ok()) << child.status().text();
  EXPECT_TRUE((*child)->AwaitOut("one"));
  EXPECT_TRUE((*child)->AwaitErr("two"));
  EXPECT_FALSE((*child)->AwaitOut("one", Millis(1), 1));  // only once
  EXPECT_EQ((*child)->Wait(Millis(1)), std::nullopt);
  EXPECT_EQ((*child)->Kill(), (ProcessExit{0, SIGKILL}));
  EXPECT_EQ((*child)->Kill(), (ProcessExit{0, SIGKILL}));  // twice is once
}

TEST(ChildProcessTest, WaitingForALineEndsWithTheChild) {
  auto child = ChildProcess::Start({.argv = {"true"}});
  ASSERT_TRUE(child.ok());
  EXPECT_FALSE((*child)->AwaitOut("never", std::chrono::hours(1)));
}

TEST(ChildProcessTest, PassesASignalOn) {
  auto child = ChildProcess::Start(
      Shell("trap 'echo stopped; exit 3' TERM; echo ready; while :; do :; done"));
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE((*child)->AwaitOut("ready"));
  (*child)->Signal(SIGTERM);
  EXPECT_EQ((*child)->Wait(), (ProcessExit{3, 0}));
  EXPECT_EQ((*child)->Out(), "ready\nstopped\n");
}

TEST(ChildProcessTest, NothingIsLeftRunning) {
  pid_t pid = 0;
  {
    auto child = ChildProcess::Start({.argv = {"cat", "/dev/zero"}});
    ASSERT_TRUE(child.ok());
    pid = (*child)->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcessTest, AGrandchildThatKeepsThePipeDoesNotHoldTheEnd) {
  TempDir dir;
  ProcessSpec spec = Shell(
      "sh -c 'echo $$ > pid; exec cat /dev/zero > /dev/null' & "
      "while [ ! -s pid ]; do :; done; echo done");
  spec.directory = dir.path().string();
  const Finished done = RunToEnd(spec);
  EXPECT_EQ(done.code(), 0);
  EXPECT_EQ(done.out, "done\n");
  EXPECT_EQ(RunToEnd(Shell("kill $(cat " + dir.File("pid") + ")")).code(), 0);
}

}  // namespace
}  // namespace utboks::testing
