// What `utboks doctor` makes of what was found: one finding a check.  Pure;
// producer/app/examination finds.
//
// Where `run` has a judgement of its own (configuration, store, keys, certificate,
// schemas), its Status comes in as it is, so that the two cannot differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "producer/app/config.h"
#include "producer/app/finding.h"
#include "producer/net/certificate_chain.h"
#include "producer/net/certificate_facts.h"
#include "producer/xml/schemas_check.h"
#include "queue/base/clock.h"
#include "queue/open_store.h"
#include "queue/outcome.h"
#include "queue/store_place.h"

namespace utboks::app {

using Findings = std::vector<Finding>;

// `complete`: what CheckRegister says.
Finding JudgeConfig(const Config& config, const Status& complete);

// `kept`: of each secret file, what CheckKept says.
Findings JudgeSecrets(std::span<const Status> kept);

// Folder, file system and room.  Of a store in memory, only that it is one.
Findings JudgePlace(const StorePlace& place, std::int64_t min_free);
Finding JudgeMemory();

// Of the store at `file`, and of its key file.
Findings JudgeStore(const StoreReport& report, const std::string& file);

// `catalogue`: why there is none; ok beside `reports`.
Finding JudgeSchemas(const Status& catalogue, std::span<const SchemaReport> reports,
                     bool production);

struct CertificateReport {
  std::string file;
  CertificateFacts facts;
  long long days_left = 0;
  bool expired = false, ends_soon = false;
  std::vector<std::string> warnings;  // Credentials'
  ChainFacts chain;
};
Findings JudgeCertificate(const CertificateReport& report);
// It cannot be used: what Credentials::Load, or RegisterSite::Make, says.
Findings JudgeCredentials(const Status& failure);

struct HeadReport {
  std::string ressurs;
  HeadResult head;
  std::string tls_version;  // "" = no session with the register
  std::string failure;      // one line about the wire; "" when it did not fail
};

// The connection that `first` needed.
struct RegisterPlace {
  std::string base_url, host;
  std::string trusted;  // ca_file, or "" for the system's authorities
};
Finding JudgeConnection(const RegisterPlace& place, const HeadReport& first);
Finding JudgeHead(const HeadReport& report);
// `left` resources were not asked, for none of the last ones answered.
Finding JudgeUnasked(std::size_t left);

// One reading of the register's clock: between two of ours.
struct ClockReading {
  WallTime before, after;
  std::optional<WallTime> theirs;  // nothing: it sent no Date
};
Finding JudgeClock(const ClockReading& reading);

}  // namespace utboks::app
