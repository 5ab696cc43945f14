// Which calls fail, and how often.
#pragma once

#include <map>
#include <mutex>
#include <utility>

namespace utboks::testing {

// Counts calls of each kind from 1, and says which of them a fault meets: calls
// `first` to `first + times - 1` of kind `call`.  Safe for many threads.
template <typename Call>
class FaultPlan {
 public:
  struct Fault {
    Call call{};
    int first = 0;  // 0: none
    int times = 1;
  };

  FaultPlan() = default;
  explicit FaultPlan(Fault fault) : fault_(fault) {}

  // To be asked once for each call; true when the fault meets it.
  bool Meets(Call call) {
    std::lock_guard guard(mutex_);
    const int nr = ++calls_[call];
    const bool met = fault_.first > 0 && call == fault_.call && nr >= fault_.first &&
                     nr < fault_.first + fault_.times;
    if (met) ++met_;
    return met;
  }
  // How many calls of this kind there have been.
  int Calls(Call call) const {
    std::lock_guard guard(mutex_);
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
  }
  // How many calls the fault has met.
  int Met() const {
    std::lock_guard guard(mutex_);
    return met_;
  }

 private:
  const Fault fault_{};
  mutable std::mutex mutex_;
  std::map<Call, int> calls_;  // guarded by mutex_
  int met_ = 0;                // guarded by mutex_
};

}  // namespace utboks::testing
