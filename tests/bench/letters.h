// The messages that are handed in, made before the clock runs and given to both
// sides alike.  Every one has an identifier of its own; the rest of the document is
// a shipped example.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "queue/message.h"

namespace utboks::bench {

struct Letter {
  std::string identifikator;
  std::string document;
  std::string order_key;
};

class Letters {
 public:
  static constexpr const char* kRessurs = "doedsfall_v1";
  static constexpr const char* kEdition = "1.2";

  // `keys`: so many order keys in turn; 0 gives each letter one of its own.
  explicit Letters(std::int64_t keys = 0);

  std::vector<Letter> Next(int count);
  // As Store takes them.
  static std::vector<NewRow> Rows(const std::vector<Letter>& letters);
  // What a schema hash looks like.
  static const std::string& schema_hash();

 private:
  const std::int64_t keys_;
  std::int64_t made_ = 0;
  std::string before_, after_;  // the identifier, in the document
};

}  // namespace utboks::bench
