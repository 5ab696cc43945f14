// Taking in what nobody waits for an answer to: from a broker, from the agency's database.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "producer/intake/acceptor.h"
#include "queue/base/status.h"

namespace utboks {

// What no try can take in for a fault of ours is kept as refused after so many.
inline constexpr int kMostFaults = 5;

// Ok: each of `batch` is stored, as a message or as what was refused, and may be forgotten
// where it came from.  Anything else: hand in all of them again, in the same order; what is
// stored already is the same then.  `stored`, if given, hears in between that the first so
// many are stored, and need not be handed in again.  `tries`: how often this batch was handed
// in, this time included.  How many were refused stands in `refused`.
Status TakeIn(Acceptor& acceptor, std::span<Incoming> batch, int tries, int* refused,
              const std::function<void(std::size_t)>& stored = {});

}  // namespace utboks
