// What the address of a store on PostgreSQL says, as libpq reads it.
#pragma once

#include <string>

namespace utboks::postgres {

// "host/database": for errors, without a user or a password.  "" when it is none.
std::string NameOf(const std::string& url);

// Secrets stand in files, never in a URL.
bool HasPassword(const std::string& url);

}  // namespace utboks::postgres
