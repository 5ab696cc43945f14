// One statement of a connection: its text as PostgreSQL writes it, what is bound to it, and
// the rows it gave.  For Connection, which sends it; everybody else goes by rows::Query.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "queue/rows/connection.h"

namespace utboks::postgres {

class Connection;

struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultCloser>;

// How many rows it inserted, changed or deleted.
std::int64_t RowsChanged(PGresult* result);

class Prepared final : public rows::Statement {
 public:
  // `name` is its own on the connection; `sql` has SQLite's parameters and hints.
  Prepared(Connection& connection, std::string name, std::string_view sql);

  Status BindInt(int at, std::int64_t value) override;
  Status BindReal(int at, double value) override;
  Status BindText(int at, std::string_view value) override;
  Status BindBlob(int at, std::string_view value) override;
  Status BindNull(int at) override;
  Status Ask() override;
  Result<bool> Step() override;
  Status Run() override;
  Status RunExpecting(std::int64_t rows, const char* otherwise) override;
  Result<std::int64_t> RunCounting() override;
  void Reset() override;

  std::int64_t Int(int column) const override;
  double Real(int column) const override;
  std::string_view Text(int column) const override;
  std::string_view Blob(int column) const override { return Text(column); }
  bool IsNull(int column) const override { return PQgetisnull(result_.get(), row_, column) == 1; }

  // Into the pipeline; false when the connection is gone.
  bool SendPreparation(PGconn* db) const;
  bool SendRun(PGconn* db) const;
  void Keep(ResultPtr result) { result_ = std::move(result); }
  // Whether it could change a row.
  bool changes() const { return changes_; }

  bool prepared = false;  // or its preparation is under way; Connection's to set

 private:
  struct Parameter {
    Oid type = 0;
    int length = 0;
    bool null = false;
    const char* bytes = nullptr;  // nullptr: own
    std::array<char, 8> own{};
  };

  Parameter& Set(int at, Oid type, int length);
  Status Bytes(int at, Oid type, std::string_view value);
  // Runs it, unless it has been asked, and waits for its rows.
  Status Fetch();

  Connection& connection_;
  const std::string name_, sql_;
  const bool changes_;
  std::vector<Parameter> parameters_;
  bool asked_ = false;
  bool ran_ = false;
  int row_ = -1;
  ResultPtr result_;
};

}  // namespace utboks::postgres
