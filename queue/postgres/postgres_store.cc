#include "queue/postgres/postgres_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "queue/postgres/migrate.h"
#include "queue/postgres/received.h"
#include "queue/postgres/url.h"
#include "queue/rows/restore.h"
#include "queue/rows/settle.h"
#include "queue/rows/stamp.h"
#include "queue/seal/keys.h"

namespace utboks::postgres {
namespace {

// Each is a process of the server's.
constexpr int kReaders = 6;
// A server that is away is not asked more often whether there is news.
constexpr Millis kWatchAgain{1'000};
constexpr Millis kLongestTerm = std::chrono::hours(1);
// Nobody asks after a commit for longer than seconds.
constexpr Millis kWriterForgotten = std::chrono::hours(24);
// A request has ended so long before its lease does.
constexpr Millis kBeforeLeaseEnds{10'000};

// Workers of one name would take each other's messages back as those of a former life.
// The server lets go of a dead one's name as soon as it knows: so it is waited for.
constexpr const char* kTakeName = "SELECT pg_advisory_lock(hashtext('utboks'), hashtext(?))";

bool Exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

Status CountsAsGone(const Status& status) {
  return Status(Code::kBusy, status.text());
}

}  // namespace

PostgresStore::PostgresStore(const StoreOptions& options)
    : RowStore(options.clock == nullptr ? SystemClock() : *options.clock,
               options.random == nullptr ? SecureRandom() : *options.random),
      url_(options.url),
      name_(NameOf(options.url)),
      worker_(options.worker),
      own_times_(options.own_times ? &clock_ : nullptr) {}

PostgresStore::~PostgresStore() {
  readers_.clear();
  watch_.reset();
  End();
}

Result<std::unique_ptr<Store>> PostgresStore::Open(const StoreOptions& options) {
  UTBOKS_RETURN_IF_ERROR(Check(options.delivery));
  if (options.key_file.empty()) {
    return Status(Code::kConfig,
                  "a store on PostgreSQL has no file beside which its keys could lie: set [outbox] "
                  "key_file, the same keys on every host");
  }
  std::unique_ptr<PostgresStore> store(new PostgresStore(options));
  Result<std::unique_ptr<Connection>> db = Connection::Open(options.url);
  if (!db.ok()) return db.status();
  UTBOKS_RETURN_IF_ERROR(store->Prepare(**db, options));
  PostgresStore& self = *store;
  store->writer_pid_ = (*db)->backend_pid();
  auto turn = std::make_unique<PostgresTurn>(
      std::move(*db),
      PostgresTurn::Settings{
          options.url, store->own_times_, KnownMigrations(options).size(),
          [&self](Connection& again) {
            UTBOKS_RETURN_IF_ERROR(self.CheckSame(again));
            self.writer_pid_ = again.backend_pid();
            return Status();
          },
          [&self](WallTime now) { self.ahead_ = ToMillis(now) - ToMillis(self.clock_.Wall()); },
          [&self] { self.Changed(); }});
  store->Start(std::move(turn));
  if (options.after_restore) UTBOKS_RETURN_IF_ERROR(store->MarkRestored());
  return std::unique_ptr<Store>(std::move(store));
}

Status PostgresStore::Prepare(Connection& db, const StoreOptions& options) {
  UTBOKS_RETURN_IF_ERROR(db.Run("BEGIN"));
  if (options.create || options.migrate) UTBOKS_RETURN_IF_ERROR(AwaitMigrations(db));
  const std::vector<Migration> known = KnownMigrations(options);
  const Result<Schema> schema = CheckSchema(db, known);
  if (!schema.ok()) return schema.status();
  const bool fresh = *schema == Schema::kNone;
  if (fresh && !options.create) {
    return Status(Code::kConfig,
                  fmt::format("there is no store in {}; `utboks migrate` makes one, or check "
                              "[outbox] store",
                              name_));
  }
  if (*schema == Schema::kOlder && !options.migrate) return rows::OlderSchema(name_);
  Result<StoreKeys> keys = fresh && !Exists(options.key_file)
                               ? CreateKeyFile(options.key_file, SecureRandom())
                               : ReadKeyFile(options.key_file);
  if (!keys.ok()) return keys.status();
  if (*schema != Schema::kRight) UTBOKS_RETURN_IF_ERROR(Migrate(db, known, clock_.Wall()));
  UTBOKS_RETURN_IF_ERROR(TakeStamp(db, options, *keys, fresh));
  Know(std::move(keys).value(), store_id_, options);
  UTBOKS_RETURN_IF_ERROR(db.Run("COMMIT"));
  UTBOKS_RETURN_IF_ERROR(db.Sync());
  as_worker_ = options.as_worker;
  return KeepName();
}

Status PostgresStore::KeepName() {
  std::lock_guard guard(presence_mutex_);
  if (!as_worker_ || (presence_ != nullptr && presence_->IsAlive())) return Status();
  presence_.reset();
  Result<std::unique_ptr<Connection>> presence = Connection::Open(url_);
  if (!presence.ok()) return presence.status();
  UTBOKS_RETURN_IF_ERROR((*presence)->Run("SET lock_timeout = '3s'"));
  {
    Query q = (*presence)->Prepare(kTakeName);
    q.BindText(worker_);
    (void)q.Step();
  }
  if (const Status taken = (*presence)->Sync(); !taken.ok()) {
    if ((*presence)->lost()) return taken;
    return Status(Code::kBusy,
                  fmt::format("store {}: a worker named {} runs already; give each worker a name "
                              "of its own ([outbox] worker)",
                              name_, worker_));
  }
  presence_ = std::move(*presence);
  return Status();
}

Status PostgresStore::MarkRestored() {
  epoch_ = static_cast<std::int64_t>(SecureRandom().Below(INT64_MAX));
  return WriteStatus([this](rows::Work& work) {
    UTBOKS_RETURN_IF_ERROR(rows::DoubtAfterRestore(work));
    Query q = work.db.Prepare("UPDATE store SET copy = 0, epoch = ?");
    q.Bind(epoch_);
    return q.Run();
  });
}

Status PostgresStore::TakeStamp(Connection& db, const StoreOptions& options, const StoreKeys& keys,
                                bool fresh) {
  const Result<rows::Stamp> stamp =
      fresh ? rows::WriteStamp(db, options, keys, clock_.Wall()) : rows::ReadStamp(db, name_);
  if (!stamp.ok()) return stamp.status();
  store_id_ = stamp->id;
  epoch_ = stamp->epoch;
  if (fresh) return Status();
  UTBOKS_RETURN_IF_ERROR(rows::CheckStamp(*stamp, options, name_));
  UTBOKS_RETURN_IF_ERROR(rows::CheckKeys(db, options, keys, name_));
  return rows::KeepNewKeys(db, keys);
}

Status PostgresStore::CheckSame(Connection& db) const {
  const Result<rows::Stamp> stamp = rows::ReadStamp(db, name_);
  const Status synced = db.Sync();
  if (!stamp.ok()) return CountsAsGone(stamp.status());
  UTBOKS_RETURN_IF_ERROR(synced);
  if (stamp->id == store_id_ && stamp->epoch == epoch_) return Status();
  return Status(Code::kCorrupt,
                fmt::format("store {} is another one than before: it was put back or exchanged "
                            "while we were working; look at it, then start again",
                            name_));
}

Result<Claimed> PostgresStore::Claim(std::span<const Room> room, int free_senders) {
  // The lease is counted from before it was asked for, and by a clock that nobody sets.
  const SteadyTime until = clock_.Steady() + context_->lease - kBeforeLeaseEnds;
  Result<Claimed> claimed = RowStore::Claim(room, free_senders);
  if (!claimed.ok()) return claimed;
  for (Lease& lease : claimed->rows) lease.until = until;
  if (claimed->ask_again) claimed->ask_again = Ours(*claimed->ask_again);
  if (claimed->next_probe) claimed->next_probe = Ours(*claimed->next_probe);
  return claimed;
}

Result<HeadTurn> PostgresStore::ClaimHead(std::string_view ressurs) {
  Result<HeadTurn> turn = RowStore::ClaimHead(ressurs);
  if (turn.ok() && turn->again) turn->again = Ours(*turn->again);
  return turn;
}

Result<std::vector<AlarmChange>> PostgresStore::Tick() {
  // With a connection that was cut its name is anybody's.
  UTBOKS_RETURN_IF_ERROR(KeepName());
  // Of workers that died, or were cut off for longer than any request takes.
  const Result<bool> expired = HasExpired();
  if (!expired.ok()) return expired.status();
  if (*expired) UTBOKS_RETURN_IF_ERROR(RecoverDead().status());
  return RowStore::Tick();
}

Result<Desk::Purged> PostgresStore::Purge(Millis content_after, Millis record_after, bool feed_read,
                                          int most) {
  UTBOKS_RETURN_IF_ERROR(WriteStatus([](rows::Work& work) {
    Query q = work.db.Prepare("DELETE FROM writer WHERE at < ?");
    q.Bind(ToMillis(work.now - kWriterForgotten));
    return q.Run();
  }));
  return RowStore::Purge(content_after, record_after, feed_read, most);
}

Result<bool> PostgresStore::HasExpired() {
  bool expired = false;
  UTBOKS_RETURN_IF_ERROR(ReadIn([&](rows::Connection& db) {
    Query q = db.Prepare("SELECT 1 FROM lease WHERE until <= ? LIMIT 1");
    q.Bind(ToMillis(Now()));
    expired = q.Step();
    return q.status();
  }));
  return expired;
}

Result<bool> PostgresStore::TakeDuty(std::string_view duty, Millis term) {
  std::int64_t taken = 0;
  UTBOKS_RETURN_IF_ERROR(WriteStatus([&](rows::Work& work) {
    Query q = work.db.Prepare(
        "INSERT INTO duty (name, worker, until) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, until = excluded.until"
        " WHERE duty.worker = excluded.worker OR duty.until <= ?4 OR duty.until > ?5"
        // Its owner holds its name while it is connected (kTakeName).
        " OR (?6 = 1 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks l"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2"
        " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname ="
        " current_database())"
        " AND l.classid::BIGINT = hashtext('utboks')::BIGINT & 4294967295"
        " AND l.objid::BIGINT = hashtext(duty.worker)::BIGINT & 4294967295))");
    q.BindText(duty).BindText(worker_).Bind(ToMillis(work.now + term)).Bind(ToMillis(work.now));
    // Further ahead than anybody asks for: set by a clock that has been put back since.
    q.Bind(ToMillis(work.now + std::max(term, kLongestTerm))).Bind(as_worker_);
    const Result<std::int64_t> rows = q.RunCounting();
    if (rows.ok()) taken = *rows;
    return rows.status();
  }));
  return taken == 1;
}

Status PostgresStore::LeaveDuty(std::string_view duty) {
  return WriteStatus([&](rows::Work& work) {
    Query q = work.db.Prepare("DELETE FROM duty WHERE name = ? AND worker = ?");
    q.BindText(duty).BindText(worker_);
    return q.Run();
  });
}

rows::DeadLeases PostgresStore::WhichAreDead() {
  // Its name is its own: whatever stands in it before it claims is a former life's.
  return {false, as_worker_ && !recovered_ ? worker_ : std::string()};
}

Result<int> PostgresStore::RecoverDead() {
  Result<int> dead = RowStore::RecoverDead();
  if (dead.ok()) recovered_ = true;
  return dead;
}

Status PostgresStore::ReadIn(const Reading& reading) {
  bool lost = false;
  const Status read = ReadOnce(reading, lost);
  // The server may have gone and come back while the connection lay idle.
  return lost ? ReadOnce(reading, lost) : read;
}

Status PostgresStore::ReadOnce(const Reading& reading, bool& lost) {
  Result<std::unique_ptr<Connection>> borrowed = BorrowReader();
  if (!borrowed.ok()) return borrowed.status();
  Connection& db = **borrowed;
  const Status begun = db.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const Status read = begun.ok() ? reading(db) : begun;
  // What was read has been read, and nothing was changed: nobody waits for the end of it.
  Status ended = db.Run("COMMIT");
  if (ended.ok()) ended = db.Push();
  if (!ended.ok()) {
    (void)db.Sync();
    if (!db.lost()) db.TakeBack();
  }
  lost = db.lost();
  if (lost) borrowed->reset();
  ReturnReader(std::move(*borrowed));
  if (read.code() == Code::kCorrupt) writer_->Break(read);
  return read.ok() ? ended : read;
}

Result<std::unique_ptr<Connection>> PostgresStore::BorrowReader() {
  {
    std::unique_lock guard(readers_mutex_);
    reader_returned_.wait(guard, [&] { return !readers_.empty() || readers_open_ < kReaders; });
    while (!readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(readers_.back());
      readers_.pop_back();
      // The server may have gone and come back while it lay idle.
      if (reader->IsAlive()) return reader;
      --readers_open_;
    }
    ++readers_open_;
  }
  Result<std::unique_ptr<Connection>> reader = Connection::Open(url_);
  if (reader.ok()) {
    if (Status same = CheckSame(**reader); !same.ok()) reader = std::move(same);
  }
  if (!reader.ok()) ReturnReader(nullptr);
  return reader;
}

void PostgresStore::ReturnReader(std::unique_ptr<Connection> reader) {
  {
    std::lock_guard guard(readers_mutex_);
    if (reader != nullptr) {
      readers_.push_back(std::move(reader));
    } else {
      --readers_open_;
    }
  }
  reader_returned_.notify_one();
}

bool PostgresStore::ChangedElsewhere() {
  if (watch_ == nullptr) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < watch_again_) return false;
    watch_again_ = now + kWatchAgain;
    Result<std::unique_ptr<Connection>> watch = Connection::Open(url_);
    if (!watch.ok()) return false;
    if (!(*watch)->Run("LISTEN utboks").ok() || !(*watch)->Sync().ok()) return false;
    watch_ = std::move(*watch);
    return true;  // whatever happened before it listened
  }
  const bool changed = watch_->Notified(writer_pid_);
  if (watch_->lost()) watch_.reset();
  return changed;
}

Result<std::vector<ReceivedRow>> PostgresStore::Received(int most, std::int64_t most_bytes) {
  std::vector<ReceivedRow> received;
  UTBOKS_RETURN_IF_ERROR(ReadIn([&](rows::Connection& db) {
    Result<std::vector<ReceivedRow>> read =
        ReadReceived(static_cast<Connection&>(db), most, most_bytes);
    if (read.ok()) received = *std::move(read);
    return read.status();
  }));
  return received;
}

Status PostgresStore::Backup(const std::string& /*path*/) {
  return Status(Code::kUsage,
                fmt::format("store {} is copied by PostgreSQL's own means (pg_basebackup with "
                            "archiving, or pg_dump); the key file is copied apart from it",
                            name_));
}

}  // namespace utboks::postgres
