// A store on a real PostgreSQL server, in a database of its own.
#pragma once

#include <memory>
#include <string>

#include "tests/conformance/store_maker.h"
#include "tests/support/postgres_server.h"

namespace utboks::testing {

class PostgresMaker final : public StoreMaker {
 public:
  PostgresMaker() : database_(PostgresServer::Shared().MakeDatabase()) {}
  ~PostgresMaker() override { PostgresServer::Shared().DropDatabase(database_); }
  std::string name() const override { return "Postgres"; }
  bool durable() const override { return true; }
  Result<std::unique_ptr<Store>> Open(StoreOptions options) override {
    options.url = PostgresServer::Shared().Url(database_);
    options.key_file = dir_.File("keys");
    options.own_times = true;
    return OpenStore(options);
  }
  const std::string& database() const { return database_; }

 private:
  TempDir dir_;
  std::string database_;
};

}  // namespace utboks::testing
