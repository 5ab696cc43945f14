#include "queue/sqlite/sqlite_turn.h"

#include <utility>

#include "queue/rows/schema.h"

namespace utboks::sqlite {
namespace {

constexpr Millis kLockLimit{10'000};

}  // namespace

SqliteTurn::SqliteTurn(std::unique_ptr<Connection> connection, StoreLock& lock, std::size_t known,
                       std::function<void(Connection&)> committed)
    : connection_(std::move(connection)),
      lock_(lock),
      known_(known),
      committed_(std::move(committed)) {}

Status SqliteTurn::Begin() {
  UTBOKS_RETURN_IF_ERROR(lock_.Acquire(kLockLimit));
  const Status begun = BeginToWrite();
  if (!begun.ok()) (void)End(false);
  return begun;
}

Status SqliteTurn::BeginToWrite() {
  UTBOKS_RETURN_IF_ERROR(connection_->Run("BEGIN IMMEDIATE"));
  // Another process may have migrated it since we began.
  Query q = connection_->Prepare("PRAGMA user_version");
  const auto needs = q.Step() ? static_cast<std::size_t>(q.Int(0)) : 0;
  UTBOKS_RETURN_IF_ERROR(q.status());
  return needs > known_ ? rows::NewerSchema(needs, known_) : Status();
}

Status SqliteTurn::End(bool commit) {
  const Status finished = Finish(commit);
  if (!finished.ok() && connection_->InTransaction()) (void)connection_->Run("ROLLBACK");
  if (finished.ok() && commit) committed_(*connection_);
  lock_.Release();
  return finished;
}

Status SqliteTurn::Finish(bool commit) {
  if (commit) return connection_->Run("COMMIT");
  return connection_->InTransaction() ? connection_->Run("ROLLBACK") : Status();
}

void SqliteTurn::Close() {
  // The last close of a database checkpoints and removes its WAL.
  const Status locked = lock_.Acquire(kLockLimit);
  // Without the lock it must not: committed rows can be lost (store_lock.h).
  if (!locked.ok()) connection_->KeepLogOnClose();
  connection_.reset();
  if (locked.ok()) lock_.Release();
}

}  // namespace utboks::sqlite
