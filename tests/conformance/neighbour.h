// The store that several processes share, and how each opens it.
#pragma once

#include <string>

#include "queue/open_store.h"

namespace utboks::testing {

inline StoreOptions NeighbourStore(const std::string& path) {
  StoreOptions options;
  options.url = "sqlite:" + path;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "host";
  options.min_free = 0;
  options.delivery.rate_limit_per_minute = 0;
  options.create = true;
  return options;
}

}  // namespace utboks::testing
