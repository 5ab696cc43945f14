#include "tests/support/memory_peak.h"

#include <malloc.h>

#include <fstream>
#include <string>
#include <string_view>

namespace utboks::testing {
namespace {

// A line of /proc/self/status, in KiB.
long StatusLine(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stol(line.substr(name.size()));
  }
  return 0;
}

}  // namespace

MemoryPeak::MemoryPeak() {
  ::malloc_trim(0);
  std::ofstream forget("/proc/self/clear_refs");
  forgets_ = static_cast<bool>(forget << "5" << std::flush);
  before_ = StatusLine("VmRSS:");
}

std::optional<long> MemoryPeak::Kilobytes() const {
  if (!forgets_) return std::nullopt;
  return StatusLine("VmHWM:") - before_;
}

}  // namespace utboks::testing
