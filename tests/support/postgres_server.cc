#include "tests/support/postgres_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace utboks::testing {
namespace {

struct Closer {
  void operator()(PGconn* db) const { PQfinish(db); }
  void operator()(PGresult* result) const { PQclear(result); }
};

std::string FirstLineOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void Control(const std::string& what, const std::string& environment = "") {
  const std::string command = fmt::format("{} {} {}", environment, UTBOKS_POSTGRES_SERVER, what);
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): our own script, before any test runs
  if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot " + what);
}

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static const std::unique_ptr<PostgresServer> server = [] {
    std::unique_ptr<PostgresServer> made(new PostgresServer);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any test runs
    const char* const shared = std::getenv("UTBOKS_TEST_POSTGRES");
    if (shared != nullptr) made->folder_ = FirstLineOf(shared);
    if (made->folder_.empty()) made->Start("");
    return made;
  }();
  return *server;
}

std::unique_ptr<PostgresServer> PostgresServer::Own(const std::string& environment) {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  server->Start(environment);
  return server;
}

std::unique_ptr<PostgresServer> PostgresServer::Durable(const std::string& settings) {
  return Own(fmt::format("DURABLE=1 SETTINGS='{}'", settings));
}

void PostgresServer::Start(const std::string& environment) {
  static std::atomic<int> started{0};
  file_ = fmt::format("/tmp/utboks-postgres-of-{}-{}", getpid(), ++started);
  Control("start " + file_, environment);
  folder_ = FirstLineOf(file_);
}

void PostgresServer::Restart(const std::string& how) const {
  Control("restart " + file_ + " " + how);
}

PostgresServer::~PostgresServer() {
  if (!file_.empty()) Control("stop " + file_);
}

std::string PostgresServer::Url(const std::string& database) const {
  return fmt::format("postgresql://utboks@/{}?host={}", database, folder_);
}

std::string PostgresServer::Sql(const std::string& database, const std::string& sql) const {
  const std::unique_ptr<PGconn, Closer> db(PQconnectdb(Url(database).c_str()));
  const std::unique_ptr<PGresult, Closer> result(PQexec(db.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    ADD_FAILURE() << sql << ": " << PQerrorMessage(db.get());
    return {};
  }
  std::string rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    if (row > 0) rows += '\n';
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      if (column > 0) rows += '|';
      rows += PQgetvalue(result.get(), row, column);
    }
  }
  return rows;
}

std::string PostgresServer::MakeDatabase(const std::string& copied) {
  std::string name = fmt::format("t{}_{}", getpid(), ++made_);
  Sql("postgres", "CREATE DATABASE " + name + (copied.empty() ? "" : " TEMPLATE " + copied));
  return name;
}

void PostgresServer::DropDatabase(const std::string& name) {
  Sql("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
}

}  // namespace utboks::testing
