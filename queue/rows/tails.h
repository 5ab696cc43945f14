// Who stands last in each of some order keys, for messages that come after all that are
// there.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "queue/message.h"
#include "queue/rows/blob_list.h"
#include "queue/rows/connection.h"

namespace utboks::rows {

struct Tail {
  MessageSeq stands = 0;  // 0: nobody
  MessageSeq stale = 0;   // one behind it that has left and whose row does not say so
};

class Tails {
 public:
  explicit Tails(Connection& db) : db_(db) {}

  // These keys will be taken, one message after the other, and nothing else changes who
  // stands in them: where the database is far away, all are asked for at once.
  void Add(std::string_view key);
  void Ask();
  // nullptr: not known, the store is to be asked.  The caller writes into it what it has done.
  Result<Tail*> Of(std::string_view key);

 private:
  Status ReadAsked();

  Connection& db_;
  std::optional<Query> asked_;
  BlobList list_;
  std::string keys_;  // what asked_ is bound to
  std::map<std::string, Tail, std::less<>> tails_;
};

}  // namespace utboks::rows
