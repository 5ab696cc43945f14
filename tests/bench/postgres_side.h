// A PostgreSQL server for the measures, which writes through, and stores in it.
#pragma once

#include <memory>
#include <string>

#include "queue/open_store.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::bench {

// A store on it: its address, and where its keys lie.
struct PostgresPlace {
  std::string database, url, key_file;
};

// Its folder is in /tmp, which must be on the disk that is meant.
class PostgresSide {
 public:
  PostgresSide();

  PostgresPlace MakePlace();
  // Makes it where there is none.  With a clock, the store's times are its.
  static std::unique_ptr<Store> Open(const PostgresPlace& place,
                                     const DeliverySettings& delivery = {}, Clock* clock = nullptr);
  // Makes tables and the gate of the letters, for a bare loop.
  PostgresPlace MadeByOurs();
  // As psql -At shows it; ends the program when it cannot be run.
  std::string Sql(const PostgresPlace& place, const std::string& sql) const;

 private:
  const testing::TempDir keys_;
  std::unique_ptr<testing::PostgresServer> server_;
  int made_ = 0;
};

}  // namespace utboks::bench
