// What a program asked of the kernel, in order, as strace saw it.
//
//   std::vector<Syscall> calls;
//   const Finished run = RunTraced(spec, {"openat", "fsync"}, &calls);
//
// Beginnings and ends of all calls of all its threads have places in one order: a call
// had come back before another began exactly when its `ended` is below the other's
// `began`.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"

namespace utboks::testing {

struct Syscall {
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

  pid_t thread = 0;
  std::string name;
  std::string arguments;       // as strace shows them: texts quoted, escaped, cut at 256 bytes
  std::optional<int> fd;       // the first argument, where that is one
  std::string path;            // what `fd` stands for; of an opening call what it opened
  std::optional<long> result;  // nothing: it never came back
  std::size_t began = 0;
  std::size_t ended = kNever;

  bool ok() const { return result && *result >= 0; }
};

// Reads strace's output (-f -y -o FILE).  Lines that tell of no call are left out.
std::vector<Syscall> ParseTrace(std::string_view text);

// Runs `spec` to its end under strace, which watches `names` only.  `more`: further
// words for strace, such as an injection.  The exit is the program's; where strace
// itself could not do it, err says why and `calls` stays empty.
Finished RunTraced(const ProcessSpec& spec, const std::vector<std::string>& names,
                   std::vector<Syscall>* calls, const std::vector<std::string>& more = {},
                   Millis patience = std::chrono::seconds(120));

}  // namespace utboks::testing
