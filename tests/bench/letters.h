// The messages that are handed in, made before the clock runs and given to both
// sides alike.  Every one has an identifier of its own; the rest of the document is
// a shipped example.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "queue/message.h"
#include "tests/bench/letter.h"

namespace utboks::bench {

class Letters {
 public:
  // `keys`: so many order keys in turn; 0 gives each letter one of its own.
  explicit Letters(std::int64_t keys = 0);

  std::vector<Letter> Next(int count);
  // As Store takes them.
  static std::vector<NewRow> Rows(const std::vector<Letter>& letters);

 private:
  const std::int64_t keys_;
  std::int64_t made_ = 0;
  std::string before_, after_;  // the identifier, in the document
};

}  // namespace utboks::bench
