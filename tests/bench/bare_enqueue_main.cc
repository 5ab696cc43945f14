// What handing in one file costs a program by itself: opens the store, loads one
// schema, holds the document against it, commits once.
//
//   utboks_bench_bare_enqueue STORE SCHEMA DOCUMENT IDENTIFIER

#include <fstream>
#include <sstream>
#include <xercesc/util/PlatformUtils.hpp>

#include "tests/bench/bare_insert.h"
#include "tests/bench/bare_validator.h"

int main(int, char** argv) {
  namespace bench = utboks::bench;
  xercesc::XMLPlatformUtils::Initialize();
  std::ostringstream document;
  document << std::ifstream(argv[3]).rdbuf();
  if (!bench::bare::Validator(argv[2]).Valid(document.str())) return 1;
  const bench::Letter letter{argv[4], document.str(), argv[4]};
  bench::bare::Sqlite db(argv[1]);
  bench::bare::Inserter(db).Insert({&letter, 1});
  return 0;
}
