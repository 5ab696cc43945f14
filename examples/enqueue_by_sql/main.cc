// Puts a document into the outbox in the same transaction as the agency's own change: both
// are there, or neither.
//
//   enqueue_by_sql CONNECTION RESSURS FILE [CORRELATION]
//
// CONNECTION is libpq's ("host=db.example.no dbname=etat").  Prints the message's id.
//   g++ -std=c++17 main.cc $(pkg-config --cflags --libs libpq) -o enqueue_by_sql
#include <libpq-fe.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

namespace {

struct Closer {
  void operator()(PGconn* db) const { PQfinish(db); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Closer>;
using Answer = std::unique_ptr<PGresult, Closer>;

bool Worked(const Answer& answer) {
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return true;
  std::cerr << PQresultErrorMessage(answer.get());
  return false;
}

bool Run(const Connection& db, const char* sql) {
  return Worked(Answer(PQexec(db.get(), sql)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: enqueue_by_sql CONNECTION RESSURS FILE [CORRELATION]\n";
    return 2;
  }
  std::ifstream file(argv[3], std::ios::binary);
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  if (!file || document.empty()) {
    std::cerr << argv[3] << ": cannot be read\n";
    return 2;
  }
  const Connection db(PQconnectdb(argv[1]));
  if (PQstatus(db.get()) != CONNECTION_OK) {
    std::cerr << PQerrorMessage(db.get());
    return 75;
  }
  // Whatever fails from here on, the connection's end takes all of it back.
  if (!Run(db, "BEGIN") || !Run(db, "INSERT INTO sak (avgjort) VALUES (now())")) return 1;
  // The document's bytes as they are: in binary, so that nothing is escaped or converted.
  const char* const values[] = {argv[2], document.data(), argc > 4 ? argv[4] : nullptr};
  const int lengths[] = {0, static_cast<int>(document.size()), 0};
  const int formats[] = {0, 1, 0};
  const Answer put_in(
      PQexecParams(db.get(), "SELECT utboks.enqueue($1::text, $2::bytea, correlation => $3::text)",
                   3, nullptr, values, lengths, formats, 0));
  if (!Worked(put_in) || !Run(db, "COMMIT")) return 1;
  std::cout << PQgetvalue(put_in.get(), 0, 0) << "\n";
  return 0;
}
