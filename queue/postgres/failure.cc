#include "queue/postgres/failure.h"

#include <fmt/format.h>

namespace utboks::postgres {

std::string_view StateOf(const PGresult* result) {
  const char* const state =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? "" : state;
}

Status Explain(const PGresult* result, const std::string& name) {
  const std::string_view code = StateOf(result);
  const auto is = [&](std::string_view prefix) { return code.starts_with(prefix); };
  if (code.empty() || is("08") || is("57P")) {
    return Status(Code::kBusy,
                  fmt::format("store {}: the database server ended the connection; nothing was "
                              "changed, try again",
                              name));
  }
  if (code == "55P03") {
    return Status(Code::kBusy, fmt::format("store {}: others are writing, and it was not our turn "
                                           "in time; nothing was changed, try again",
                                           name));
  }
  if (is("40") || is("25P03") || code == "57014" || is("53") || is("55")) {
    if (code == "53100") {
      return Status(Code::kFull,
                    fmt::format("store {}: the database server's disk is full; nothing "
                                "was changed, make room and try again",
                                name));
    }
    return Status(Code::kBusy,
                  fmt::format("store {}: the database server could not do it now (SQLSTATE {}); "
                              "nothing was changed, try again",
                              name, code));
  }
  if (is("XX001") || is("XX002") || is("58")) {
    return Status(Code::kCorrupt,
                  fmt::format("store {}: the database is damaged or cannot be read (SQLSTATE {}); "
                              "stop, and restore from a backup",
                              name, code));
  }
  if (is("42501") || is("28") || is("3D") || is("3F") || code == "42P01" || code == kReadOnly) {
    return Status(Code::kConfig,
                  fmt::format("store {}: the database does not allow what the outbox needs "
                              "(SQLSTATE {}); check the user's rights, `utboks migrate`, and that "
                              "it is the primary server",
                              name, code));
  }
  // The statement is ours; its values never stand in what we say.
  const char* const where = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return Status(Code::kInternal, fmt::format("store {}: SQLSTATE {} ({})", name, code,
                                             is("42") && where != nullptr ? where : "no text"));
}

}  // namespace utboks::postgres
