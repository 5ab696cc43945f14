// A statement on PostgreSQL by hand, prepared once.  What is sent waits for Postgres::Go: all
// that a pipeline can send together goes together.
#pragma once

#include <endian.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/bench/bare_postgres.h"

namespace utboks::bench::bare {

struct PgNull {};

struct PgStatement {
  PgStatement(Postgres& to, const char* sql) : pg(to), name(std::to_string(at_id++)) {
    PQsendPrepare(pg.db, name.c_str(), sql, 0, nullptr), pg.sent.push_back(nullptr);
  }
  ~PgStatement() { PQclear(rows); }
  template <typename... Values>
  void Send(const Values&... values) {
    count = 0, (Bind(values), ...);
    PQsendQueryPrepared(pg.db, name.c_str(), count, bytes, lengths, formats, 1);
    pg.sent.push_back(&rows);
  }
  int Rows() const { return PQntuples(rows); }
  std::int64_t Int(int row, int column) const {
    std::uint64_t value = 0;
    std::memcpy(&value, PQgetvalue(rows, row, column), 8);
    return static_cast<std::int64_t>(be64toh(value));
  }
  std::string_view Bytes(int row, int column) const {
    return {PQgetvalue(rows, row, column), std::size_t(PQgetlength(rows, row, column))};
  }
  void Put(const char* data, std::size_t size) {
    bytes[count] = data, lengths[count] = static_cast<int>(size), formats[count++] = 1;
  }
  void Bind(std::int64_t value) {
    own[count] = htobe64(static_cast<std::uint64_t>(value));
    Put(reinterpret_cast<const char*>(&own[count]), 8);
  }
  void Bind(PgNull) { Put(nullptr, 0); }
  void Bind(std::string_view value) { Put(value.data(), value.size()); }
  Postgres& pg;
  const std::string name;
  PGresult* rows = nullptr;
  int count = 0, lengths[24], formats[24];
  const char* bytes[24];
  std::uint64_t own[24];
  static inline int at_id = 0;
};

}  // namespace utboks::bench::bare
