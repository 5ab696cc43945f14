// Whose a store is and which keys it was made with: written when it is made, held
// against the settings each time it is opened.  `path` is what errors call the store.
#pragma once

#include <cstdint>
#include <string>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/open_store.h"
#include "queue/rows/connection.h"
#include "queue/seal/keys.h"

namespace utboks::rows {

struct Stamp {
  std::string id;
  std::string environment, organisation, host;
  std::int64_t epoch = 0;  // new after each restore
  bool copy = false;       // made by `backup`
};

// A new store's, with its keys' fingerprints.
Result<Stamp> WriteStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                         WallTime now);
// kCorrupt when it is not there.
Result<Stamp> ReadStamp(Connection& db, const std::string& path);
// kConfig: another environment's, organisation's or register's.
Status CheckStamp(const Stamp& stamp, const StoreOptions& options, const std::string& path);
// kConfig: a key that the store was made with is missing, or another one.
Status CheckKeys(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                 const std::string& path);
// Seal keys that were added to the file since are known from now on.
Status KeepNewKeys(Connection& db, const StoreKeys& keys);

}  // namespace utboks::rows
