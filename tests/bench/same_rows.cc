#include "tests/bench/same_rows.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

std::vector<std::vector<std::string>> Rows(sqlite3* db, const std::string& sql) {
  std::vector<std::vector<std::string>> rows;
  const auto keep = [](void* to, int columns, char** values, char**) {
    auto& row = static_cast<decltype(rows)*>(to)->emplace_back();
    for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "" : values[i]);
    return 0;
  };
  if (sqlite3_exec(db, sql.c_str(), keep, &rows, nullptr) != SQLITE_OK) {
    GiveUp(fmt::format("a store cannot be looked into: {}", sqlite3_errmsg(db)));
  }
  return rows;
}

// "table" → rows, "table.column" → bytes.
std::map<std::string, std::string> SizesOf(const std::string& path) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    GiveUp("a store cannot be opened");
  }
  std::map<std::string, std::string> sizes;
  for (const auto& table : Rows(db, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const std::string& name = table[0];
    sizes[name] = Rows(db, fmt::format("SELECT count(*) FROM {}", name))[0][0];
    for (const auto& column :
         Rows(db, fmt::format("SELECT name, type FROM pragma_table_info('{}')", name))) {
      if (column[1] != "TEXT" && column[1] != "BLOB") continue;
      sizes[name + "." + column[0]] =
          Rows(db, fmt::format("SELECT sum(length({})) FROM {}", column[0], name))[0][0];
    }
  }
  // Where in an index a new row goes decides how many pages a commit writes.
  sizes["message.id out of time"] =
      Rows(db,
           "SELECT count(*) FROM message a JOIN message b ON b.seq = a.seq + 1"
           " WHERE substr(b.id, 1, 6) < substr(a.id, 1, 6)")[0][0];
  sqlite3_close_v2(db);
  return sizes;
}

std::map<std::string, std::string> SizesOf(const PostgresSide& side, const PostgresPlace& place) {
  std::map<std::string, std::string> sizes;
  std::istringstream columns(
      side.Sql(place,
               "SELECT table_name || '|' || coalesce(string_agg(column_name, ',') FILTER"
               " (WHERE data_type IN ('text', 'bytea')), '') FROM information_schema.columns"
               " WHERE table_schema = 'utboks' AND table_name NOT IN ('store', 'key_fingerprint',"
               " 'migration', 'writer') GROUP BY table_name"));
  for (std::string line; std::getline(columns, line);) {
    std::istringstream words(line);
    std::string table, column;
    std::getline(words, table, '|');
    sizes[table] = side.Sql(place, fmt::format("SELECT count(*) FROM utboks.{}", table));
    while (std::getline(words, column, ',')) {
      sizes[table + "." + column] =
          side.Sql(place, fmt::format("SELECT sum(length({})) FROM utboks.{}", column, table));
    }
  }
  return sizes;
}

void MustBeTheSame(const std::map<std::string, std::string>& own_sizes,
                   const std::map<std::string, std::string>& bare_sizes) {
  for (const auto& [where, size] : own_sizes) {
    const auto found = bare_sizes.find(where);
    const std::string other = found == bare_sizes.end() ? "nothing" : found->second;
    if (size == other) continue;
    GiveUp(fmt::format("the bare loop is out of date: the store has {} in {}, the loop {}", size,
                       where, other));
  }
}

}  // namespace

void MustHoldTheSame(const std::string& own, const std::string& bare) {
  MustBeTheSame(SizesOf(own), SizesOf(bare));
}

void MustHoldTheSame(const PostgresSide& side, const PostgresPlace& own,
                     const PostgresPlace& bare) {
  MustBeTheSame(SizesOf(side, own), SizesOf(side, bare));
}

}  // namespace utboks::bench
