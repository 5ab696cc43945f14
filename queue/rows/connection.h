// An engine's SQL, as the operations on rows see it: statements that are bound, stepped
// and counted, and ids of rows that are new.  queue/sqlite and queue/postgres implement it.
//
// A Connection belongs to one thread at a time.  Statements live as long as their
// connection; two of the same text are never open at once.
//
// What is run without looking at its outcome (Run, RunExpecting) may be sent later, with
// what follows: an engine on the network would wait for each otherwise.  Its failure then
// comes back from a later call, at the latest from the commit, and nothing of the
// transaction stands.  What is asked (Ask) before something else is looked at is answered
// together with it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks::rows {

// A prepared statement of an engine; used through Query alone.  Parameters are counted
// from 1, columns from 0.
class Statement {
 public:
  virtual ~Statement() = default;
  virtual Status BindInt(int at, std::int64_t value) = 0;
  virtual Status BindReal(int at, double value) = 0;
  virtual Status BindText(int at, std::string_view value) = 0;
  virtual Status BindBlob(int at, std::string_view value) = 0;
  virtual Status BindNull(int at) = 0;
  virtual Status Ask() = 0;
  // True when there is a row.
  virtual Result<bool> Step() = 0;
  virtual Status Run() = 0;
  virtual Status RunExpecting(std::int64_t rows, const char* otherwise) = 0;
  virtual Result<std::int64_t> RunCounting() = 0;
  // Bound to nothing and not under way.
  virtual void Reset() = 0;

  virtual std::int64_t Int(int column) const = 0;
  virtual double Real(int column) const = 0;
  virtual std::string_view Text(int column) const = 0;
  virtual std::string_view Blob(int column) const = 0;
  virtual bool IsNull(int column) const = 0;
};

// One run of a statement.  Bind in order, then Step or Run; a failure is kept and comes
// back from every later call, so that a caller may look once, at the end.
class Query {
 public:
  Query(Statement* statement, Status status) : statement_(statement), status_(std::move(status)) {}
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  template <std::integral T>
  Query& Bind(T value) {
    return BindInt(static_cast<std::int64_t>(value));
  }
  Query& Bind(double value);
  // Text and blobs are not copied: they must live until the query is done.
  Query& BindText(std::string_view value);
  Query& BindBlob(std::string_view value);
  Query& BindBlob(std::span<const std::uint8_t> value);
  Query& Bind(std::optional<std::int64_t> value);
  Query& BindNull();

  // Its rows will be wanted: where the database is far away, Step need not ask then.
  Query& Ask();
  // True when there is a row.  False at the end and on failure: see status().
  bool Step();
  Status Run();
  // It changes `rows` rows, or the store is not what it must be: kCorrupt, `otherwise`.
  Status RunExpecting(std::int64_t rows, const char* otherwise);
  // How many rows it inserted, changed or deleted.
  Result<std::int64_t> RunCounting();
  // Again from the start, for other values.
  void Reset();
  const Status& status() const { return status_; }

  std::int64_t Int(int column) const { return statement_->Int(column); }
  bool Bool(int column) const { return Int(column) != 0; }
  double Real(int column) const { return statement_->Real(column); }
  std::string_view Text(int column) const { return statement_->Text(column); }  // until next Step
  std::string_view Blob(int column) const { return statement_->Blob(column); }  // until next Step
  bool IsNull(int column) const { return statement_->IsNull(column); }
  std::optional<std::int64_t> MaybeInt(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Int(column));
  }

 private:
  Query& BindInt(std::int64_t value);
  void Note(const Status& status);

  Statement* statement_;
  int bound_ = 0;
  Status status_;
};

// Rows that are numbered in the order in which they come to be, never twice.
enum class Serial { kMessage, kAttempt, kHistory, kReplayJob };

class Connection {
 public:
  virtual ~Connection() = default;

  // Each answer takes a way there and back: what can be asked at once is.
  virtual bool far() const = 0;

  // `sql` must be a literal: its address is the statement's name in the cache.
  virtual Query Prepare(const char* sql) = 0;
  Status Run(const char* sql) { return Prepare(sql).Run(); }
  // Several statements at once, without parameters.
  virtual Status RunScript(const std::string& script) = 0;

  // A statement that inserts one row of `serial`; its first parameter is the row's number
  // and bound already.  NewId is that number once it has run.
  virtual Query PrepareNew(Serial serial, const char* sql) = 0;
  virtual std::int64_t NewId() const = 0;
  // The last number that was given; 0 when none was.
  virtual Result<std::int64_t> LastId(Serial serial) = 0;
  // The row that has been inserted with a number of the caller's own, after LastId.
  virtual void InsertedId(Serial serial, std::int64_t id) = 0;
  // A row that was there has got it instead of its own.
  virtual Status MovedToId(Serial serial, std::int64_t id) = 0;
};

}  // namespace utboks::rows
