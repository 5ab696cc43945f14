#include "queue/sqlite/writer.h"

namespace utboks::sqlite {
namespace {

constexpr Millis kLockLimit{10'000};
// Bounds how long the first of a group waits for the last of it.
constexpr std::size_t kLargestGroup = 128;

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, StoreLock& lock,
               std::function<void(Connection&)> committed)
    : lock_(lock),
      committed_(std::move(committed)),
      connection_(std::move(connection)),
      thread_([this] { Loop(); }) {}

Writer::~Writer() {
  {
    std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  thread_.join();
  // The last close of a database checkpoints and removes its WAL.
  const Status locked = lock_.Acquire(kLockLimit);
  // Without the lock it must not: committed rows can be lost (store_lock.h).
  if (!locked.ok()) connection_->KeepLogOnClose();
  connection_.reset();
  if (locked.ok()) lock_.Release();
}

Status Writer::Run(const Job& job) {
  Waiting mine{&job, Status(), false};
  std::unique_lock guard(mutex_);
  if (!broken_.ok()) return broken_;
  if (stopping_) return Status(Code::kCancelled, "the store is closing");
  waiting_.push_back(&mine);
  arrived_.notify_one();
  finished_.wait(guard, [&] { return mine.done; });
  return mine.status;
}

void Writer::Break(const Status& why) {
  std::lock_guard guard(mutex_);
  if (broken_.ok()) broken_ = why;
}

void Writer::Loop() {
  LetStopSignalIn();
  std::unique_lock guard(mutex_);
  for (;;) {
    arrived_.wait(guard, [&] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::deque<Waiting*> group;
    while (!waiting_.empty() && group.size() < kLargestGroup) {
      group.push_back(waiting_.front());
      waiting_.pop_front();
    }
    const Status broken = broken_;
    guard.unlock();
    if (broken.ok()) {
      Commit(group);
    } else {
      for (Waiting* one : group) one->status = broken;
    }
    guard.lock();
    for (Waiting* one : group) one->done = true;
    finished_.notify_all();
  }
}

void Writer::Commit(std::deque<Waiting*>& group) {
  if (Status locked = lock_.Acquire(kLockLimit); !locked.ok()) {
    for (Waiting* one : group) one->status = locked;
    return;
  }
  const Status status = CommitGroup(group);
  if (status.ok()) {
    committed_(*connection_);
  } else {
    if (connection_->InTransaction()) (void)connection_->Run("ROLLBACK");
    for (Waiting* one : group) one->status = status;
    if (status.code() == Code::kCorrupt || status.code() == Code::kInternal) {
      std::lock_guard guard(mutex_);
      broken_ = status;
    }
  }
  lock_.Release();
}

Status Writer::CommitGroup(std::deque<Waiting*>& group) {
  UTBOKS_RETURN_IF_ERROR(connection_->Run("BEGIN IMMEDIATE"));
  const bool alone = group.size() == 1;
  bool any = false;
  for (Waiting* one : group) {
    if (!alone) UTBOKS_RETURN_IF_ERROR(connection_->Run("SAVEPOINT job"));
    one->status = (*one->job)(*connection_);
    // A full disk or a damaged page may have ended the whole transaction.
    if (!connection_->InTransaction()) {
      return one->status.ok() ? Status(Code::kInternal, "a job ended the transaction it ran in")
                              : one->status;
    }
    if (one->status.code() == Code::kCorrupt) return one->status;
    if (!one->status.ok()) {
      if (alone) break;
      UTBOKS_RETURN_IF_ERROR(connection_->Run("ROLLBACK TO job"));
    } else {
      any = true;
    }
    if (!alone) UTBOKS_RETURN_IF_ERROR(connection_->Run("RELEASE job"));
  }
  if (!any) return connection_->Run("ROLLBACK");
  return connection_->Run("COMMIT");
}

}  // namespace utboks::sqlite
