// How a register that is out of order shows itself to one request.
#pragma once

#include <optional>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks::lab {

enum class Failure {
  kNone,         // it does what was asked
  kRefused,      // no listener
  kServerError,  // 500 with the register's own words
  kWebPage,      // 503 as a web page: a gateway speaks
  kNotFound,     // 404, as on 2024-04-16
  kHang,         // takes the request and says nothing
  kThrottled,    // 429 that asks for kAskedFor of silence
};

inline constexpr Millis kAskedFor{30'000};
inline constexpr int kFailures = 7;  // with kNone

constexpr std::string_view FailureName(Failure failure) {
  switch (failure) {
    case Failure::kNone:
      return "well";
    case Failure::kRefused:
      return "refused";
    case Failure::kServerError:
      return "500";
    case Failure::kWebPage:
      return "503-html";
    case Failure::kNotFound:
      return "404";
    case Failure::kHang:
      return "hang";
    case Failure::kThrottled:
      return "429";
  }
  return "unknown";
}

// nothing: no failure is called so.
constexpr std::optional<Failure> ParseFailure(std::string_view name) {
  for (int i = 1; i < kFailures; ++i) {
    if (FailureName(static_cast<Failure>(i)) == name) return static_cast<Failure>(i);
  }
  return std::nullopt;
}

}  // namespace utboks::lab
