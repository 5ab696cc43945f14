// A real PostgreSQL server for tests, and databases in it.
//
// Under ctest one server is started for all tests and stopped after them (fixture
// `postgres`); a test program that is run by hand starts one of its own.
#pragma once

#include <atomic>
#include <memory>
#include <string>

namespace utboks::testing {

class PostgresServer {
 public:
  // The one that all tests of this process share.
  static PostgresServer& Shared();
  // One that nobody else uses: it may be restarted.  `environment`: what it has besides ours,
  // as a shell writes it before a command.
  static std::unique_ptr<PostgresServer> Own(const std::string& environment = "");
  // One that writes through: for measures.  `settings` are lines of postgresql.conf without
  // quotes.
  static std::unique_ptr<PostgresServer> Durable(const std::string& settings);

  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  // A new database: empty, or a copy of one to which nobody is connected.  Thread-safe.
  std::string MakeDatabase(const std::string& copied = "");
  void DropDatabase(const std::string& name);
  // `how` as pg_ctl calls it: "fast" tells its clients, "immediate" is a crash.  Comes back
  // when it takes connections again.
  void Restart(const std::string& how) const;
  const std::string& folder() const { return folder_; }
  // What opens it, as its owner.
  std::string Url(const std::string& database) const;
  // Its rows as psql -At shows them; the test fails when it cannot be run.
  std::string Sql(const std::string& database, const std::string& sql) const;

 private:
  PostgresServer() = default;
  void Start(const std::string& environment);

  std::string file_;    // of the server that is ours to stop; "" = it is not
  std::string folder_;  // of its socket
  std::atomic<int> made_{0};
};

}  // namespace utboks::testing
