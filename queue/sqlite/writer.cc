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
      stop_signal_([this] { StopWhenFree(); }) {}

Writer::~Writer() {
  stop_signal_.End();
  // The last close of a database checkpoints and removes its WAL.
  const Status locked = lock_.Acquire(kLockLimit);
  // Without the lock it must not: committed rows can be lost (store_lock.h).
  if (!locked.ok()) connection_->KeepLogOnClose();
  connection_.reset();
  if (locked.ok()) lock_.Release();
}

Status Writer::Run(const Job& job) {
  Waiting mine{&job, {}, false, {}};
  std::unique_lock guard(mutex_);
  if (!broken_.ok()) return broken_;
  if (AwaitTurn(guard, mine)) return mine.status;
  const Group group = TakeGroup();
  const Status broken = broken_;
  guard.unlock();
  if (broken.ok()) {
    Commit(group);
  } else {
    for (Waiting* one : group) one->status = broken;
  }
  guard.lock();
  EndTurn(group);
  return mine.status;
}

void Writer::StopWhenFree() {
  Waiting mine{nullptr, {}, false, {}};
  std::unique_lock guard(mutex_);
  AwaitTurn(guard, mine);
  waiting_.pop_front();
  guard.unlock();
  StopProcess();
  guard.lock();
  EndTurn({});
}

bool Writer::AwaitTurn(std::unique_lock<std::mutex>& guard, Waiting& mine) {
  waiting_.push_back(&mine);
  mine.woken.wait(guard, [&] { return mine.done || (!committing_ && waiting_.front() == &mine); });
  if (!mine.done) committing_ = true;
  return mine.done;
}

Writer::Group Writer::TakeGroup() {
  Group group;
  while (!waiting_.empty() && waiting_.front()->job != nullptr && group.size() < kLargestGroup) {
    group.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return group;
}

void Writer::EndTurn(const Group& group) {
  committing_ = false;
  // Under the mutex: who sees that it is done takes its Waiting away.
  for (Waiting* one : group) {
    one->done = true;
    one->woken.notify_one();
  }
  if (!waiting_.empty()) waiting_.front()->woken.notify_one();
}

void Writer::Break(const Status& why) {
  std::lock_guard guard(mutex_);
  if (broken_.ok()) broken_ = why;
}

void Writer::Commit(const Group& group) {
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

Status Writer::CommitGroup(const Group& group) {
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
