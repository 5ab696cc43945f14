// How much long tests do: less where a sanitizer makes everything slow.
#pragma once

#include <cstdlib>

namespace utboks::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Where a fault sweep ends at the latest; without sanitizers every call has its turn.
inline constexpr int kMostFaults = kSanitized ? 12 : 400;

// Where every place would take minutes each so-many-th has its turn; all of them where the
// environment says UTBOKS_WHOLE_SWEEP.
inline int SweepStride(int usual) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  return std::getenv("UTBOKS_WHOLE_SWEEP") == nullptr ? usual : 1;
}

}  // namespace utboks::testing
