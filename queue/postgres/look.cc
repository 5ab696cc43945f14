#include "queue/postgres/look.h"

#include <unistd.h>

#include <memory>

#include "queue/postgres/connection.h"
#include "queue/postgres/migrate.h"
#include "queue/postgres/url.h"
#include "queue/rows/stamp.h"
#include "queue/seal/keys.h"

namespace utboks::postgres {
namespace {

void LookInside(Connection& db, const StoreOptions& options, StoreReport& report) {
  const std::string name = NameOf(options.url);
  const Result<Schema> schema = CheckSchema(db, KnownMigrations(options));
  if (!schema.ok()) {
    report.opens = schema.status();
    return;
  }
  report.exists = *schema != Schema::kNone;
  if (!report.exists) return;
  if (*schema == Schema::kOlder) report.opens = rows::OlderSchema(name);
  const Result<rows::Stamp> stamp = rows::ReadStamp(db, name);
  if (!stamp.ok()) {
    report.opens = stamp.status();
    return;
  }
  report.stamp = rows::CheckStamp(*stamp, options, name);
  const Result<StoreKeys> keys = ReadKeyFile(report.key_file);
  report.keys = keys.ok() ? rows::CheckKeys(db, options, *keys, name) : keys.status();
}

}  // namespace

StoreReport LookAtServer(const StoreOptions& options) {
  StoreReport report;
  report.key_file = options.key_file;
  report.key_file_exists = access(report.key_file.c_str(), F_OK) == 0;
  const Result<std::unique_ptr<Connection>> db = Connection::Open(options.url);
  if (!db.ok()) {
    report.opens = db.status();
    return report;
  }
  const Status begun = (*db)->Run("BEGIN READ ONLY");
  if (begun.ok()) {
    LookInside(**db, options, report);
  } else {
    report.opens = begun;
  }
  // A new store takes a key file that is there already.
  if (!report.exists && report.opens.ok() && report.key_file_exists) {
    report.keys = ReadKeyFile(report.key_file).status();
  }
  return report;
}

}  // namespace utboks::postgres
