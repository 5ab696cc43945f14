// A message that is handed in, as plain text: what a bare loop knows of it.
#pragma once

#include <string>

namespace utboks::bench {

struct Letter {
  std::string identifikator;
  std::string document;
  std::string order_key;
};

inline constexpr const char* kRessurs = "doedsfall_v1";
inline constexpr const char* kEdition = "1.2";
// In the form of a schema's hash.
inline constexpr const char* kSchemaHash =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

}  // namespace utboks::bench
