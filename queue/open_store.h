// URL to Store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/delivery_settings.h"
#include "queue/migrations/migrations.h"
#include "queue/store.h"

namespace utboks {

struct StoreOptions {
  // "sqlite:/var/lib/utboks/outbox.db", "sqlite::memory:" (gone with the Store), or
  // "postgresql://USER@HOST/DATABASE" with whatever libpq understands.
  std::string url;
  std::string key_file;  // "" = the store's path with `.keys`; PostgreSQL has none such
  std::string environment;
  std::string organisation_number;
  std::string host;                       // the register's
  std::string worker;                     // who sends
  std::uint64_t min_free = 256ULL << 20;  // bytes; below it Insert gives kFull
  DeliverySettings delivery;
  // How long a claimed message is its worker's, where a store has more than one: longer
  // than any request can take.
  Millis lease{140'000};

  bool create = false;         // make store and key file where there is none
  bool migrate = false;        // bring an older schema up
  bool as_worker = false;      // the one `run` of this store: kBusy while another is
  bool after_restore = false;  // a copy was put back: mark what may have been sent as in doubt

  std::string vfs;               // SQLite's, for tests
  std::vector<Migration> later;  // as if the program knew these too, after its own; for tests
  bool own_times = false;        // PostgreSQL: times are `clock`'s, not the server's; for tests
  Clock* clock = nullptr;        // nullptr = the machine's
  Random* random = nullptr;      // nullptr = the operating system's
};

// kConfig: stamp (environment, organisation, host), keys, path or URL do not fit,
// or an older copy without `after_restore`.  kOutdated: an older schema without
// `migrate`.  kSuperseded: a newer one.  kBusy: locked, or a second worker.  kCorrupt.
// `clock` and `random` must outlive the store.
Result<std::unique_ptr<Store>> OpenStore(const StoreOptions& options);

// What OpenStore would meet, for `doctor`.
struct StoreReport {
  std::string key_file;
  bool key_file_exists = false;
  bool exists = false;  // false and `opens` ok: there is none yet, and nothing is wrong
  // As OpenStore would say it.  `opens` not ok: the others could not be looked at.
  Status opens;  // the file, its lock, its schema (kOutdated: usable once migrated)
  Status stamp;  // kConfig: environment, organisation or register
  Status keys;   // kConfig: missing, damaged, or not those of the store
  Status age;    // kConfig: an older copy
};

// Changes nothing, makes no file, and disturbs no worker; waits for the store's lock
// as long as others do.  Only the URL, the key file and the stamp are asked for.  A
// store in memory never exists.
StoreReport LookAtStore(const StoreOptions& options);

// Whether others may put in by SQL: a store on PostgreSQL.
bool TakesSql(std::string_view url);
// The path of a sqlite: URL, or "" when it has none.
std::string StorePath(std::string_view url);
// `key_file`, or the one beside the store; "" for a store in memory.
std::string KeyFilePath(std::string_view url, const std::string& key_file);

}  // namespace utboks
