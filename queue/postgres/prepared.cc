#include "queue/postgres/prepared.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "queue/postgres/connection.h"

namespace utboks::postgres {
namespace {

// Oids of pg_type.dat; they never change.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26,
              kFloat4 = 700, kFloat8 = 701;
// A value is one field of a message, whose length has 31 bits.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

std::int64_t BigEndian(const char* bytes, int size) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

void PutBigEndian(std::uint64_t value, char* bytes) {
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
}

// SQLite's parameters, ? and ?1, as PostgreSQL writes them.  Our statements have no
// question mark in a literal.
std::string InDollars(std::string_view sql) {
  std::string out;
  int next = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != '?') {
      out += sql[i];
      continue;
    }
    out += '$';
    if (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') continue;
    out += std::to_string(++next);
  }
  return out;
}

// SQLite must be told by which index; here the planner knows.
std::string WithoutHints(std::string sql) {
  constexpr std::string_view kHint = " INDEXED BY ";
  for (std::size_t at = sql.find(kHint); at != std::string::npos; at = sql.find(kHint)) {
    std::size_t end = sql.find(' ', at + kHint.size());
    if (end == std::string::npos) end = sql.size();
    sql.erase(at, end - at);
  }
  return sql;
}

// What only looks, and what only moves the transaction along.
bool Changes(std::string_view sql) {
  for (const std::string_view still :
       {"SELECT", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LISTEN"}) {
    if (sql.starts_with(still)) return false;
  }
  return true;
}

}  // namespace

std::int64_t RowsChanged(PGresult* result) {
  return result == nullptr ? 0 : std::strtoll(PQcmdTuples(result), nullptr, 10);
}

Prepared::Prepared(Connection& connection, std::string name, std::string_view sql)
    : connection_(connection),
      name_(std::move(name)),
      sql_(WithoutHints(InDollars(sql))),
      changes_(Changes(sql_)) {}

Prepared::Parameter& Prepared::Set(int at, Oid type, int length) {
  if (parameters_.size() < static_cast<std::size_t>(at)) {
    parameters_.resize(static_cast<std::size_t>(at));
  }
  Parameter& p = parameters_[static_cast<std::size_t>(at) - 1];
  p.type = type;
  p.length = length;
  p.null = false;
  p.bytes = nullptr;
  return p;
}

Status Prepared::BindInt(int at, std::int64_t value) {
  PutBigEndian(static_cast<std::uint64_t>(value), Set(at, kInt8, 8).own.data());
  return Status();
}

Status Prepared::BindReal(int at, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  PutBigEndian(bits, Set(at, kFloat8, 8).own.data());
  return Status();
}

Status Prepared::Bytes(int at, Oid type, std::string_view value) {
  if (value.size() > kMostBytes) {
    return Status(Code::kInvalid, "a document or an attachment is larger than a store can keep");
  }
  Set(at, type, static_cast<int>(value.size())).bytes = value.data() == nullptr ? "" : value.data();
  return Status();
}

Status Prepared::BindText(int at, std::string_view value) {
  return Bytes(at, kText, value);
}

Status Prepared::BindBlob(int at, std::string_view value) {
  return Bytes(at, kBytea, value);
}

Status Prepared::BindNull(int at) {
  Set(at, 0, 0).null = true;
  return Status();
}

bool Prepared::SendPreparation(PGconn* db) const {
  std::vector<Oid> types;
  for (const Parameter& p : parameters_) types.push_back(p.type);
  return PQsendPrepare(db, name_.c_str(), sql_.c_str(), static_cast<int>(types.size()),
                       types.data()) == 1;
}

bool Prepared::SendRun(PGconn* db) const {
  const std::size_t count = parameters_.size();
  std::vector<const char*> values(count);
  std::vector<int> lengths(count), formats(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const Parameter& p = parameters_[i];
    values[i] = p.null ? nullptr : p.bytes == nullptr ? p.own.data() : p.bytes;
    lengths[i] = p.length;
  }
  return PQsendQueryPrepared(db, name_.c_str(), static_cast<int>(count), values.data(),
                             lengths.data(), formats.data(), 1) == 1;
}

Status Prepared::Ask() {
  Connection::Pending pending;
  pending.keep = true;
  UTBOKS_RETURN_IF_ERROR(connection_.Send(*this, pending));
  asked_ = true;
  return Status();
}

Status Prepared::Fetch() {
  if (!asked_) UTBOKS_RETURN_IF_ERROR(Ask());
  asked_ = false;
  return connection_.TakeAll();
}

Result<bool> Prepared::Step() {
  if (!ran_) {
    UTBOKS_RETURN_IF_ERROR(Fetch());
    ran_ = true;
    row_ = -1;
  }
  return ++row_ < (result_ == nullptr ? 0 : PQntuples(result_.get()));
}

Status Prepared::Run() {
  return connection_.Send(*this, {});
}

Status Prepared::RunExpecting(std::int64_t rows, const char* otherwise) {
  Connection::Pending pending;
  pending.expected = rows;
  pending.otherwise = otherwise;
  return connection_.Send(*this, pending);
}

Result<std::int64_t> Prepared::RunCounting() {
  UTBOKS_RETURN_IF_ERROR(Fetch());
  return RowsChanged(result_.get());
}

void Prepared::Reset() {
  result_.reset();
  parameters_.clear();
  asked_ = false;
  ran_ = false;
}

std::int64_t Prepared::Int(int column) const {
  if (IsNull(column)) return 0;
  const char* const bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kInt8:
      return BigEndian(bytes, 8);
    case kInt4:
    case kOid:
      return BigEndian(bytes, 4);
    case kInt2:
      return BigEndian(bytes, 2);
    case kBool:
      return bytes[0] == 0 ? 0 : 1;
    default:
      return 0;
  }
}

double Prepared::Real(int column) const {
  if (IsNull(column)) return 0;
  const char* const bytes = PQgetvalue(result_.get(), row_, column);
  if (PQftype(result_.get(), column) == kFloat4) {
    const auto bits = static_cast<std::uint32_t>(BigEndian(bytes, 4));
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return static_cast<double>(value);
  }
  const std::int64_t bits = BigEndian(bytes, 8);
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::string_view Prepared::Text(int column) const {
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

}  // namespace utboks::postgres
