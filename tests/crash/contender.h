// The store that contenders share, and how each opens it.
#pragma once

#include <string>

#include "queue/open_store.h"

namespace utboks::testing {

inline StoreOptions ContendedStore(const std::string& url, const std::string& key_file) {
  StoreOptions options;
  options.url = url;
  options.key_file = key_file;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "host";
  options.worker = "contender";
  options.delivery.rate_limit_per_minute = 0;
  return options;
}

}  // namespace utboks::testing
