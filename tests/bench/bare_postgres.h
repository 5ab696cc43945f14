// PostgreSQL by hand, for the bare loops: one connection with the store's session, in
// pipeline mode.
#pragma once

#include <libpq-fe.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace utboks::bench::bare {

struct Postgres {
  explicit Postgres(const std::string& url) : db(PQconnectdb(url.c_str())) {
    PQclear(PQexec(db,
                   "SET search_path = utboks, pg_catalog; SET synchronous_commit = on;"
                   "SET plan_cache_mode = force_generic_plan;"
                   "SET max_parallel_workers_per_gather = 0"));
    if (PQenterPipelineMode(db) != 1) std::abort();
  }
  ~Postgres() { PQfinish(db); }
  // Waits for all that was sent.
  void Go() {
    PQpipelineSync(db);
    for (PGresult** keep : sent) {
      PGresult* const result = PQgetResult(db);
      const ExecStatusType said = PQresultStatus(result);
      if (said != PGRES_COMMAND_OK && said != PGRES_TUPLES_OK) std::abort();
      PQclear(keep == nullptr ? result : *keep);
      if (keep != nullptr) *keep = result;
      PQgetResult(db);
    }
    PQclear(PQgetResult(db));
    sent.clear();
  }
  PGconn* db;
  std::vector<PGresult**> sent;
};

}  // namespace utboks::bench::bare
