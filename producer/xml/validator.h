// Whether a document is a message that the register would take, and what is wrong
// with it when not.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "producer/domain/violation.h"
#include "producer/xml/attachment_check.h"
#include "producer/xml/catalogue.h"
#include "producer/xml/door.h"
#include "producer/xml/extract.h"
#include "producer/xml/meaning_rules.h"
#include "producer/xml/number_check.h"
#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

struct ValidatorSettings {
  bool production = false;  // false: the test environment, which has more editions
  DoorLimits limits;
  std::size_t max_attachments = std::size_t{50} << 20;  // bytes of a message's, together
  // Of numbers of persons and organisations whose control digits are wrong.  That
  // synthetic persons stay out of production, and real ones out of test, always holds.
  Severity number_checks = Severity::kError;
  ControlRule control_rule = ControlRule::kPresent;
  MeaningRules meaning = {};
  // What lies in the future is asked of it at each check.  Outlives the validator.
  const Clock* clock = &SystemClock();
};

struct CheckRequest {
  // The resource the document must be of; nothing: its root element decides, and it
  // may be an event of the register's feedback too.
  std::optional<std::string_view> ressurs = std::nullopt;
  // Held against exactly this edition, whatever its status; nothing: against those
  // enabled in the environment, newest first.
  std::optional<std::string_view> edition = std::nullopt;
  // The files that come with it; without `ressurs`, one that takes some is looked for.
  std::span<const OfferedAttachment> attachments = {};
  // The door and the schema alone: neither the identifier nor the attachments are
  // asked for, and nothing is read out.
  bool schema_only = false;
};

struct Checked {
  bool valid = false;
  std::string ressurs;      // "" when the root element is of no resource
  std::string edition;      // that accepted it; of an invalid one, whose violations these are
  std::string schema_hash;  // of that edition's schema; "" when none was asked
  // By place; at most 100, errors before warnings; of a valid one, warnings.
  std::vector<Violation> violations;
  std::size_t more = 0;  // how many more there were; counted up to 10,000
  Extract extract;       // whole only of a valid document
};

// Safe for many threads.  Touches no file after an edition's schema is loaded, and
// never the network: what a document points at is not looked up.
class Validator {
 public:
  // Loads no schema yet: each is at its first use.  `catalogue` must outlive it.
  static std::unique_ptr<Validator> Make(const Catalogue& catalogue,
                                         const ValidatorSettings& settings);
  ~Validator();
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;

  // Loads every edition that is enabled in the environment, so that none fails or
  // delays later.  The first failure, kConfig.
  Status LoadEnabled() const;

  // kUsage: the resource or the edition is not in the catalogue.  kConfig: its
  // schema cannot be loaded (nor will it be by this Validator).  kBusy: out of
  // memory.
  Result<Checked> Check(std::string_view document, const CheckRequest& request) const;

  const Catalogue& catalogue() const;

 private:
  class Impl;
  explicit Validator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace utboks
