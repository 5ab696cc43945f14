// Our store, as the measures open it.
#pragma once

#include <memory>
#include <string>

#include "queue/open_store.h"
#include "tests/bench/letters.h"

namespace utboks::bench {

// As the measures open one at `url`, which is made where it is not there; with the
// defaults of delivery.
StoreOptions OwnOptions(const std::string& url);

// Makes it where there is none.
// `clock` nullptr: the machine's.
std::unique_ptr<Store> OpenOwn(const std::string& path, const DeliverySettings& delivery = {},
                               Clock* clock = nullptr);

// Makes an empty one and closes it: tables for a bare loop.  `path`, for convenience.
std::string MadeByOurs(const std::string& path);
// Puts so many in, in large commits.
void Fill(Store& store, Letters& letters, std::int64_t messages);

// What a measure cannot go on without: ends the program, by an exception, so that
// temporary folders go and nothing is left running.
[[noreturn]] void GiveUp(const std::string& why);
void Must(const Status& status);
template <typename T>
T Must(Result<T> result) {
  Must(result.status());
  return std::move(result).value();
}

}  // namespace utboks::bench
