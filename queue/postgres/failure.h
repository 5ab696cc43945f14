// What PostgreSQL's errors mean for the caller (SQLSTATE, appendix A of its manual).
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "queue/base/status.h"

namespace utboks::postgres {

inline constexpr std::string_view kReadOnly = "25006";  // read_only_sql_transaction

// SQLSTATE; "" when there is no result, or it is no failure.  Lives as long as it.
std::string_view StateOf(const PGresult* result);

// Names the store, never a value.  kBusy: try again; nothing of the transaction stands.
Status Explain(const PGresult* result, const std::string& name);

}  // namespace utboks::postgres
