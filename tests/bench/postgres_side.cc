#include "tests/bench/postgres_side.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "tests/bench/own_store.h"

namespace utboks::bench {
namespace {

// As its manual begins a server of its own with: a quarter of what the smallest machine that
// we measure on has, and checkpoints that are not forced by size.
constexpr const char* kSettings =
    "shared_buffers = 1GB\n"
    "max_wal_size = 4GB\n"
    "random_page_cost = 1.1\n";

}  // namespace

PostgresSide::PostgresSide() : server_(testing::PostgresServer::Durable(kSettings)) {}

PostgresPlace PostgresSide::MakePlace() {
  const std::string database = server_->MakeDatabase();
  return {database, server_->Url(database), keys_.File(fmt::format("{}.keys", ++made_))};
}

std::unique_ptr<Store> PostgresSide::Open(const PostgresPlace& place,
                                          const DeliverySettings& delivery, Clock* clock) {
  StoreOptions options = OwnOptions(place.url);
  options.key_file = place.key_file;
  options.delivery = delivery;
  options.clock = clock;
  options.own_times = clock != nullptr;
  return Must(OpenStore(options));
}

PostgresPlace PostgresSide::MadeByOurs() {
  PostgresPlace place = MakePlace();
  Open(place);
  Sql(place, fmt::format("INSERT INTO utboks.gate (name) VALUES ('{}')", kRessurs));
  return place;
}

std::string PostgresSide::Sql(const PostgresPlace& place, const std::string& sql) const {
  PGconn* const db = PQconnectdb(place.url.c_str());
  PGresult* const result = PQexec(db, sql.c_str());
  std::string rows, wrong;
  const ExecStatusType said = PQresultStatus(result);
  if (said != PGRES_COMMAND_OK && said != PGRES_TUPLES_OK) wrong = PQerrorMessage(db);
  for (int row = 0; row < PQntuples(result); ++row) {
    if (row > 0) rows += '\n';
    for (int column = 0; column < PQnfields(result); ++column) {
      if (column > 0) rows += '|';
      rows += PQgetvalue(result, row, column);
    }
  }
  PQclear(result);
  PQfinish(db);
  if (!wrong.empty()) GiveUp(fmt::format("{}: {}", sql.substr(0, 200), wrong));
  return rows;
}

}  // namespace utboks::bench
