// What commands need, made when first asked for: a command that only reads the
// configuration opens no store.  Wiring makes the real ones; tests give others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "producer/app/config.h"
#include "producer/ops/operator.h"
#include "producer/ops/replay_jobs.h"
#include "producer/xml/validator.h"
#include "queue/base/clock.h"
#include "queue/store.h"

namespace utboks::app {

// How a command uses the store.
struct StoreUse {
  bool create = false;         // make it, and its keys, where there is none
  bool migrate = false;        // bring an older schema up
  bool as_worker = false;      // be the one `run`
  bool after_restore = false;  // a copy was put back
};

// Used by one thread.  What is returned lives as long as the Parts; a second call
// gives the same object.
class Parts {
 public:
  virtual ~Parts() = default;
  virtual Result<const Config*> GetConfig() = 0;
  // The first call decides how it is opened.
  virtual Result<Store*> OpenStore(const StoreUse& use) = 0;
  // Over OpenStore({}) unless the store is open already.
  virtual Result<Operator*> GetOperator() = 0;
  // Over the same store.
  virtual Result<ReplayJobs*> GetReplayJobs() = 0;
  // What documents are held against, here: with the schemas that are installed.
  virtual Result<const Catalogue*> GetCatalogue() = 0;
  // As it came with the program, whatever is installed or wrong with that.
  virtual Result<const Catalogue*> GetShippedCatalogue() = 0;
  virtual Result<const Validator*> GetValidator() = 0;
  // Whole days until our certificate runs out; nothing when there is none to read.
  virtual std::optional<long long> CertificateDays() = 0;
  virtual Clock& clock() = 0;
  virtual std::string ActorName() = 0;  // "cli:USER"
};

}  // namespace utboks::app
