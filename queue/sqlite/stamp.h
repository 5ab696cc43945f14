// Whose a store is, which keys it was made with, and how far it had come: written
// when it is made, held against the settings each time it is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/open_store.h"
#include "queue/seal/keys.h"
#include "queue/sqlite/connection.h"
#include "queue/sqlite/side_file.h"

namespace utboks::sqlite {

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

// How many rows of history and attempts there ever were: a claim writes an attempt
// alone, and after it a message may have been sent.  What is purged counts on, or the
// store would look older than the line beside it, which a death may leave as it was
// before the purge.  0 when there was none.
Result<std::int64_t> HowFar(Connection& db);
// Is the store older than what was written beside it, or a copy?  Then messages in
// it may have been sent since.  `beside` must have been read before the store's
// transaction began, or a worker that commits makes it look older than it is.
Result<bool> IsOlderCopy(Connection& db, const Stamp& stamp, const std::optional<Progress>& beside);
// What is then to be done; kConfig.
Status OlderCopy(const std::string& path);

}  // namespace utboks::sqlite
