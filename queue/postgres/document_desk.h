// Documents that many senders ask for at the same moment, by few questions: who finds
// nobody asking asks for all who wait, as rows::Writer commits.  A question costs the
// server and the way there the same, whatever it brings.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "queue/rows/payload.h"

namespace utboks::postgres {

class DocumentDesk {
 public:
  // Documents have a largest size, so this bounds what one question brings.
  static constexpr std::size_t kMost = 32;

  // Never called by two threads at once, nor with more than kMost.
  using Ask = std::function<Result<std::vector<rows::Document>>(std::span<const MessageSeq>)>;

  explicit DocumentDesk(Ask ask) : ask_(std::move(ask)) {}

  // From many threads; waits.  kNotFound: there is no such message.  A failed question is
  // the failure of all who were in it.
  Result<rows::Document> Get(MessageSeq seq);

  // Those whose question has not begun.
  std::size_t waiting() const;

 private:
  struct Waiting {
    const MessageSeq seq;
    std::optional<Result<rows::Document>> got;
    std::condition_variable woken;
  };
  using Group = std::vector<Waiting*>;

  Group TakeGroup();  // mutex_ is held
  static void Answer(const Group& group, Result<std::vector<rows::Document>> answer);

  const Ask ask_;
  mutable std::mutex mutex_;
  bool asking_ = false;           // guarded by mutex_
  std::deque<Waiting*> waiting_;  // guarded by mutex_
};

}  // namespace utboks::postgres
