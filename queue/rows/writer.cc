#include "queue/rows/writer.h"

namespace utboks::rows {
namespace {

// Bounds how long the first of a group waits for the last of it.
constexpr std::size_t kLargestGroup = 128;

}  // namespace

Writer::Writer(std::unique_ptr<Turn> turn)
    : turn_(std::move(turn)), stop_signal_([this] { StopWhenFree(); }) {}

Writer::~Writer() {
  stop_signal_.End();
  turn_->Close();
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
  Status status = turn_->Begin();
  if (status.ok()) {
    const Result<bool> any = RunJobs(group);
    const Status ended = turn_->End(any.ok() && *any);
    status = any.ok() ? ended : any.status();
    if (any.ok() && !*any && ended.ok()) return;  // each has its own status
  }
  if (status.ok()) return;
  for (Waiting* one : group) one->status = status;
  if (status.code() == Code::kCorrupt || status.code() == Code::kInternal ||
      status.code() == Code::kSuperseded) {
    std::lock_guard guard(mutex_);
    broken_ = status;
  }
}

Result<bool> Writer::RunJobs(const Group& group) {
  Connection& db = turn_->db();
  const bool alone = group.size() == 1;
  bool any = false;
  for (Waiting* one : group) {
    if (!alone) UTBOKS_RETURN_IF_ERROR(db.Run("SAVEPOINT job"));
    one->status = (*one->job)(db);
    // A full disk, a damaged page or a lost connection may have ended the whole transaction.
    if (!turn_->Stands()) {
      return one->status.ok() ? Status(Code::kInternal, "a job ended the transaction it ran in")
                              : one->status;
    }
    if (one->status.code() == Code::kCorrupt) return one->status;
    if (!one->status.ok()) {
      if (alone) break;
      UTBOKS_RETURN_IF_ERROR(db.Run("ROLLBACK TO job"));
    } else {
      any = true;
    }
    if (!alone) UTBOKS_RETURN_IF_ERROR(db.Run("RELEASE job"));
  }
  return any;
}

}  // namespace utboks::rows
