#include "queue/rows/stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "queue/base/random.h"

namespace utboks::rows {
namespace {

std::string_view BytesOf(const KeyFingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

Status AddFingerprint(Connection& db, std::string_view purpose, const SealKey& key) {
  const KeyFingerprint fingerprint = Fingerprint(key.bytes);
  Query q = db.Prepare("INSERT INTO key_fingerprint (purpose, id, fingerprint) VALUES (?, ?, ?)");
  q.BindText(purpose).Bind(static_cast<int>(key.id)).BindBlob(fingerprint);
  return q.Run();
}

}  // namespace

Result<Stamp> WriteStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                         WallTime now) {
  Stamp stamp;
  stamp.id = FormatUuid(MakeUuid(now, SecureRandom()));
  stamp.environment = options.environment;
  stamp.organisation = options.organisation_number;
  stamp.host = options.host;
  stamp.epoch = static_cast<std::int64_t>(SecureRandom().Below(INT64_MAX));
  Query q = db.Prepare(
      "INSERT INTO store (one, id, environment, organisation, host, epoch, created)"
      " VALUES (1, ?, ?, ?, ?, ?, ?)");
  q.BindText(stamp.id).BindText(stamp.environment).BindText(stamp.organisation);
  q.BindText(stamp.host).Bind(stamp.epoch).Bind(ToMillis(now));
  UTBOKS_RETURN_IF_ERROR(q.Run());
  for (const SealKey& key : keys.seal) UTBOKS_RETURN_IF_ERROR(AddFingerprint(db, "seal", key));
  UTBOKS_RETURN_IF_ERROR(AddFingerprint(db, "lookup", keys.lookup));
  return stamp;
}

Result<Stamp> ReadStamp(Connection& db, const std::string& path) {
  Query q = db.Prepare("SELECT id, environment, organisation, host, epoch, copy FROM store");
  if (!q.Step()) {
    return q.status().ok()
               ? Status(Code::kCorrupt, fmt::format("store {} has lost its stamp", path))
               : q.status();
  }
  Stamp stamp;
  stamp.id = q.Text(0);
  stamp.environment = q.Text(1);
  stamp.organisation = q.Text(2);
  stamp.host = q.Text(3);
  stamp.epoch = q.Int(4);
  stamp.copy = q.Bool(5);
  return stamp;
}

Status CheckStamp(const Stamp& stamp, const StoreOptions& options, const std::string& path) {
  const auto differs = [&](std::string_view what, std::string_view is, std::string_view wanted) {
    return Status(Code::kConfig,
                  fmt::format("store {} belongs to {} {}, not {}; one store holds one agency's "
                              "messages to one register: check [register] and [outbox] store",
                              path, what, is, wanted));
  };
  if (stamp.environment != options.environment) {
    return differs("environment", stamp.environment, options.environment);
  }
  if (stamp.organisation != options.organisation_number) {
    return differs("organisation", stamp.organisation, options.organisation_number);
  }
  if (stamp.host != options.host) return differs("register", stamp.host, options.host);
  return Status();
}

Status CheckKeys(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                 const std::string& path) {
  Query q = db.Prepare("SELECT purpose, id, fingerprint FROM key_fingerprint");
  while (q.Step()) {
    const std::string_view purpose = q.Text(0);
    const auto id = static_cast<int>(q.Int(1));
    const auto fits = [&](const SealKey& key) {
      return key.id == id && q.Blob(2) == BytesOf(Fingerprint(key.bytes));
    };
    const bool there = purpose == "lookup" ? fits(keys.lookup)
                                           : std::any_of(keys.seal.begin(), keys.seal.end(), fits);
    if (there) continue;
    return Status(Code::kConfig,
                  fmt::format("key file {}: {} key {} is missing or not the one store {} was made "
                              "with; put the right key file back",
                              KeyFilePath(options.url, options.key_file), purpose, id, path));
  }
  return q.status();
}

Status KeepNewKeys(Connection& db, const StoreKeys& keys) {
  std::vector<int> known;
  {
    Query q = db.Prepare("SELECT id FROM key_fingerprint WHERE purpose = 'seal'");
    while (q.Step()) known.push_back(static_cast<int>(q.Int(0)));
    UTBOKS_RETURN_IF_ERROR(q.status());
  }
  for (const SealKey& key : keys.seal) {
    if (std::find(known.begin(), known.end(), key.id) == known.end()) {
      UTBOKS_RETURN_IF_ERROR(AddFingerprint(db, "seal", key));
    }
  }
  return Status();
}

}  // namespace utboks::rows
