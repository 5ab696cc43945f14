#include "queue/rows/connection.h"

#include <utility>

namespace utboks::rows {

Query::Query(Query&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      status_(std::move(other.status_)) {}

Query::~Query() {
  if (statement_ != nullptr) statement_->Reset();
}

void Query::Note(const Status& status) {
  if (!status.ok() && status_.ok()) status_ = status;
}

Query& Query::BindInt(std::int64_t value) {
  if (status_.ok()) Note(statement_->BindInt(++bound_, value));
  return *this;
}

Query& Query::Bind(double value) {
  if (status_.ok()) Note(statement_->BindReal(++bound_, value));
  return *this;
}

Query& Query::BindText(std::string_view value) {
  if (status_.ok()) Note(statement_->BindText(++bound_, value));
  return *this;
}

Query& Query::BindBlob(std::string_view value) {
  if (status_.ok()) Note(statement_->BindBlob(++bound_, value));
  return *this;
}

Query& Query::BindBlob(std::span<const std::uint8_t> value) {
  return BindBlob(std::string_view(reinterpret_cast<const char*>(value.data()), value.size()));
}

Query& Query::Bind(std::optional<std::int64_t> value) {
  return value ? Bind(*value) : BindNull();
}

Query& Query::BindNull() {
  if (status_.ok()) Note(statement_->BindNull(++bound_));
  return *this;
}

Query& Query::Ask() {
  if (status_.ok()) Note(statement_->Ask());
  return *this;
}

bool Query::Step() {
  if (!status_.ok()) return false;
  const Result<bool> row = statement_->Step();
  if (!row.ok()) Note(row.status());
  return row.ok() && *row;
}

Status Query::Run() {
  if (status_.ok()) Note(statement_->Run());
  return status_;
}

Status Query::RunExpecting(std::int64_t rows, const char* otherwise) {
  if (status_.ok()) Note(statement_->RunExpecting(rows, otherwise));
  return status_;
}

Result<std::int64_t> Query::RunCounting() {
  if (!status_.ok()) return status_;
  Result<std::int64_t> rows = statement_->RunCounting();
  if (!rows.ok()) Note(rows.status());
  return rows;
}

void Query::Reset() {
  if (!status_.ok()) return;
  statement_->Reset();
  bound_ = 0;
}

}  // namespace utboks::rows
