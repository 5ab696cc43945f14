// How much memory this process takes between two moments, at most.
#pragma once

#include <optional>

namespace utboks::testing {

class MemoryPeak {
 public:
  // From now on.  What has been freed is given back to the system first, so that none of
  // it is taken for what is needed later.
  MemoryPeak();

  // How many KiB it had at most since, beyond what it had then.  Nothing where the
  // system does not let a process forget its old peak.
  std::optional<long> Kilobytes() const;

 private:
  bool forgets_ = false;
  long before_ = 0;
};

}  // namespace utboks::testing
