// Options that several commands share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "producer/app/parts.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/message.h"

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace utboks::app {

// --why TEXT.
struct WhyOption {
  void Declare(CLI::App& app);
  Actor MakeActor(Parts& parts) const;

  std::string why;
};

// `list`'s filters: --state, --ressurs, --since, --until, --reason, --blocked, --limit.
struct FilterOptions {
  void Declare(CLI::App& app, int default_limit);
  // kUsage for an unknown state or a time without zone.
  Result<Filter> Make(WallTime now) const;
  bool any() const;  // one that chooses was given: not only --limit

  std::vector<std::string> states;
  std::string ressurs, since, until, reason;
  bool blocked = false;
  int limit = 0;
};

// What a number on the command line must be.
CLI::Validator WholeNumber();

// ID arguments: our id, or avsendersMeldingsidentifikator.
CLI::Option* DeclareIds(CLI::App& app, std::vector<std::string>& ids);
// What they name: "-" alone reads them from standard input, one a line.
Result<std::vector<std::string>> ReadIds(const std::vector<std::string>& words, std::istream& in);

// What a command ends with that did some of many and not others: the first that
// applies of 75, 65, 1.  A code that is none of these speaks of more than one of the
// many (a store that is damaged) and goes before them.
class WorstOf {
 public:
  void Add(const Status& status);
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_ = 0;
};

}  // namespace utboks::app
