// What a machine that is busy with others has cost a process.
#pragma once

#include <fmt/format.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace utboks::testing {

// So long the threads that a process has now have stood ready without a CPU, in all; 0
// where the kernel does not tell.  For tests that measure how long a thing takes: this
// part of it is not the thing's doing.
inline std::chrono::microseconds WaitedForCpu(pid_t process) {
  std::chrono::nanoseconds sum{0};
  std::error_code gone;
  for (std::filesystem::directory_iterator task(fmt::format("/proc/{}/task", process), gone), end;
       !gone && task != end; task.increment(gone)) {
    std::ifstream file(task->path() / "schedstat");
    std::int64_t on_cpu = 0, waited = 0;
    if (file >> on_cpu >> waited) sum += std::chrono::nanoseconds(waited);
  }
  return std::chrono::duration_cast<std::chrono::microseconds>(sum);
}

}  // namespace utboks::testing
