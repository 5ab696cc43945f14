// The store that two processes share, and how each opens it.
#pragma once

#include <string>

#include "queue/open_store.h"

namespace utboks::testing {

// Threads of busy_writer, each with one message under way: at most so many messages
// share one of its commits.
inline constexpr int kBusyThreads = 4;

inline StoreOptions BusyStore(const std::string& path) {
  StoreOptions options;
  options.url = "sqlite:" + path;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "host";
  options.min_free = 0;
  options.create = true;
  return options;
}

}  // namespace utboks::testing
