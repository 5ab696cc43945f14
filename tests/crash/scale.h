// How much long tests do: less where a sanitizer makes everything slow.
#pragma once

namespace utboks::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Where a fault sweep ends at the latest; without sanitizers every call has its turn.
inline constexpr int kMostFaults = kSanitized ? 12 : 400;

}  // namespace utboks::testing
