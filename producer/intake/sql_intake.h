// Intake from the agency's own database, where the store lies in it: rows that were put in
// within a transaction of the agency's become messages, in the order of their numbers.
//
// A row is validated, and becomes a message in the same commit that takes it out of the
// table: no other worker can take it in too, and a crash leaves it where it was.  A refused
// one is kept as rejected, and its event tells what is wrong.
#pragma once

#include <cstdint>
#include <stop_token>
#include <thread>

#include "producer/intake/acceptor.h"
#include "queue/base/service.h"
#include "queue/store.h"
#include "queue/trouble_watch.h"

namespace utboks {

struct SqlIntakeSettings {
  std::int64_t most_bytes = 0;  // of a document with its attachments
  Millis pause{200};            // between two looks where nothing is there
};

// For one worker of a store at a time, so that nothing is overtaken.
class SqlIntake final : public Service {
 public:
  // All outlive it.
  SqlIntake(const SqlIntakeSettings& settings, const Validator& validator, Store& store,
            Clock& clock);
  ~SqlIntake() override { Stop(); }

  std::string_view name() const override { return "sql-intake"; }
  Status Start() override;
  void Stop() override;

  // Takes in what is there, one group at most; how many rows.
  Result<int> Take();

 private:
  void Run();

  const SqlIntakeSettings settings_;
  Acceptor acceptor_;
  Inbox& inbox_;
  Clock& clock_;
  TroubleWatch trouble_;
  std::int64_t first_ = 0;  // of the group that was tried last
  int tries_ = 0;           // and how often it was
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks
