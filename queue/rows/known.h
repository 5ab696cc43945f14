// Which of the messages that are handed in are here already: by their identifiers, also
// those of purged ones.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "queue/message.h"
#include "queue/rows/insert.h"
#include "queue/rows/work.h"

namespace utboks::rows {

struct Found {
  Inserted answer;
  MessageSeq seq = 0;  // 0: it has been purged
};

class Known {
 public:
  explicit Known(Connection& db) : db_(db) {}

  // Find will be called for these, and until then nothing but Wrote changes what there is:
  // where the database is far away, all are asked for at once.
  void Ask(std::span<const SealedRow> rows);
  // The message that has its identifier, if any.
  Result<std::optional<Found>> Find(const SealedRow& row);
  void Wrote(const SealedRow& row) { written_.insert(row.identifikator); }

 private:
  struct One {
    Uuid id{};
    std::string digest;
    State state{};
    MessageSeq seq = 0;
  };
  static One OneOf(const Query& q);
  static Found Answer(const One& one, const SealedRow& row);
  Status ReadAsked();
  Result<std::optional<Found>> FindAlone(const SealedRow& row);

  Connection& db_;
  std::optional<Query> asked_;
  std::string identifiers_;         // what asked_ is bound to
  std::map<std::string, One> all_;  // by identifier
  bool knows_all_ = false;
  std::set<Digest> written_;  // since it was asked
};

}  // namespace utboks::rows
