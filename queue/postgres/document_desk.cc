#include "queue/postgres/document_desk.h"

#include <algorithm>
#include <utility>

namespace utboks::postgres {

Result<rows::Document> DocumentDesk::Get(MessageSeq seq) {
  Waiting mine{seq, {}, {}};
  std::unique_lock guard(mutex_);
  waiting_.push_back(&mine);
  mine.woken.wait(guard, [&] { return mine.got || (!asking_ && waiting_.front() == &mine); });
  if (mine.got) return *std::move(mine.got);
  asking_ = true;
  const Group group = TakeGroup();
  guard.unlock();
  std::vector<MessageSeq> seqs;
  for (const Waiting* one : group) seqs.push_back(one->seq);
  Result<std::vector<rows::Document>> answer = ask_(seqs);
  guard.lock();
  asking_ = false;
  // Under the mutex: who sees its answer takes its Waiting away.
  Answer(group, std::move(answer));
  if (!waiting_.empty()) waiting_.front()->woken.notify_one();
  return *std::move(mine.got);
}

std::size_t DocumentDesk::waiting() const {
  std::lock_guard guard(mutex_);
  return waiting_.size();
}

DocumentDesk::Group DocumentDesk::TakeGroup() {
  Group group;
  while (!waiting_.empty() && group.size() < kMost) {
    group.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return group;
}

void DocumentDesk::Answer(const Group& group, Result<std::vector<rows::Document>> answer) {
  for (Waiting* one : group) {
    if (!answer.ok()) {
      one->got = answer.status();
    } else {
      const auto found = std::find_if(answer->begin(), answer->end(),
                                      [&](const auto& got) { return got.seq == one->seq; });
      if (found == answer->end()) {
        one->got = Status(Code::kNotFound, "there is no such message");
      } else {
        one->got = *found;  // a copy: two may have asked for the same
      }
    }
    one->woken.notify_one();
  }
}

}  // namespace utboks::postgres
