#include "tests/support/syscall_trace.h"

#include <gtest/gtest.h>

namespace utboks::testing {
namespace {

TEST(SyscallTraceTest, ReadsWhatWasAskedAndWhatCameOfIt) {
  const auto calls = ParseTrace(
      "71 openat(AT_FDCWD</tmp>, \"/a/b.db\", O_RDWR|O_CREAT, 0600) = 5</a/b.db>\n"
      "71 openat(AT_FDCWD</tmp>, \"/a/none\", O_RDONLY) = -1 ENOENT (No such file)\n"
      "71 pwrite64(5</a/b.db>, \"a = (b) = c\\n\", 12, 64) = 12\n"
      "71 write(1<pipe:[77]>, \"id\\n\", 3)     = 3\n"
      "71 write(9<socket:[78]>, \"\\27\\3\", 2) = 2\n"
      "71 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
      "71 +++ exited with 0 +++\n");
  ASSERT_EQ(calls.size(), 5U);
  EXPECT_EQ(calls[0].name, "openat");
  EXPECT_EQ(calls[0].path, "/a/b.db");
  EXPECT_EQ(calls[0].result, 5);
  EXPECT_NE(calls[0].arguments.find("O_CREAT"), std::string::npos);
  EXPECT_FALSE(calls[0].fd.has_value());
  EXPECT_FALSE(calls[1].ok());
  EXPECT_EQ(calls[2].fd, 5);
  EXPECT_EQ(calls[2].path, "/a/b.db");
  EXPECT_EQ(calls[2].result, 12);
  EXPECT_EQ(calls[2].arguments, "5</a/b.db>, \"a = (b) = c\\n\", 12, 64");
  EXPECT_EQ(calls[3].path, "pipe:[77]");
  EXPECT_EQ(calls[4].path, "socket:[78]");
  EXPECT_LT(calls[2].ended, calls[3].began);
}

TEST(SyscallTraceTest, KnowsWhatWasUnderWayAtTheSameTime) {
  const auto calls = ParseTrace(
      "71 fdatasync(5</a/b> <unfinished ...>\n"
      "72 write(1<pipe:[77]>, \"id\\n\", 3 <unfinished ...>\n"
      "71 <... fdatasync resumed>)            = 0\n"
      "72 <... write resumed>) = 3\n"
      "72 fsync(6</c> <unfinished ...>\n"
      "72 +++ killed by SIGKILL +++\n");
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].path, "/a/b");
  EXPECT_EQ(calls[0].result, 0);
  EXPECT_GT(calls[0].ended, calls[1].began) << "the id was shown before the sync came back";
  EXPECT_EQ(calls[1].result, 3);
  EXPECT_EQ(calls[2].ended, Syscall::kNever);
  EXPECT_FALSE(calls[2].ok());
}

}  // namespace
}  // namespace utboks::testing
