// What sending costs by itself: Poco's HTTPS client, one kept-alive session per
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "tests/bench/letter.h"

namespace utboks::bench::bare {

struct Register {
  std::uint16_t port;
  std::string certificate, key, authority;  // PEM files
};

// Each letter is posted once and answered by 202, or the program ends.  `rate`: so
// many begin in a second; 0: as fast as it goes.  `answered` grows with each answer.
void Post(const Register& to, std::span<const Letter> letters, int threads, double rate,
          std::atomic<std::int64_t>& answered);

}  // namespace utboks::bench::bare
