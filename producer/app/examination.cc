#include "producer/app/examination.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "producer/app/broker.h"
#include "producer/app/doctor.h"
#include "producer/app/feeds.h"
#include "producer/app/register_access.h"
#include "producer/app/secret_files.h"
#include "producer/app/wiring.h"
#include "queue/open_store.h"

namespace utboks::app {
namespace {

// So many in a row without an answer, each after its whole time: the others would
// cost minutes and tell nothing new.
constexpr int kSilentEnough = 2;

void TellAll(const Findings& findings, const Tell& tell) {
  for (const Finding& finding : findings) tell(finding);
}

void LookAtSecrets(const Config& config, const Tell& tell) {
  std::vector<Status> kept;
  for (const SecretFile& file : SecretFilesOf(config)) kept.push_back(CheckKept(file));
  TellAll(JudgeSecrets(kept), tell);
}

void LookAtOutbox(const Config& config, const Tell& tell) {
  const std::string file = StorePath(config.outbox.store);
  if (file == ":memory:") return tell(JudgeMemory());
  const Result<StoreOptions> options = StoreOptionsOf(config);
  if (file.empty()) {  // a server's
    if (options.ok()) TellAll(JudgeStore(LookAtStore(*options), config.outbox.store), tell);
    return;
  }
  const StorePlace place = LookAtPlace(file);
  TellAll(JudgePlace(place, config.outbox.min_free), tell);
  // Whose it should be is not known; configuration has told why.
  if (!options.ok()) return;
  TellAll(JudgeStore(LookAtStore(*options), place.file), tell);
}

void LookAtSchemas(Parts& parts, const Config& config, const Tell& tell) {
  const auto catalogue = parts.GetCatalogue();
  const bool production = config.registry.production;
  if (!catalogue.ok()) return tell(JudgeSchemas(catalogue.status(), {}, production));
  tell(JudgeSchemas(Status(), CheckSchemas(**catalogue), production));
}

void LookAtCertificate(const Config& config, const Credentials& credentials, WallTime now,
                       const Tell& tell) {
  CertificateReport report;
  report.file = config.registry.client_certificate;
  report.facts = credentials.facts();
  report.days_left = credentials.DaysLeft(now);
  report.expired = credentials.ExpiredAt(now);
  report.ends_soon = credentials.EndsSoon(now);
  report.warnings = credentials.warnings();
  report.chain = credentials.Chain(now);
  TellAll(JudgeCertificate(report), tell);
}

std::vector<std::string> EnabledResources(Parts& parts, bool production) {
  std::vector<std::string> names;
  const auto catalogue = parts.GetCatalogue();
  if (!catalogue.ok()) return names;
  for (const Ressurs& ressurs : (*catalogue)->ressurser()) {
    if (ressurs.EnabledIn(production)) names.push_back(ressurs.name);
  }
  return names;
}

void LookAtRegister(Parts& parts, const Config& config, const RegisterAccess& access,
                    const Tell& tell) {
  const RegisterPlace place{config.registry.base_url, std::string(access.site()->host()),
                            config.registry.ca_file};
  const Millis most = config.registry.connect_timeout + config.registry.response_timeout;
  HttpRegisterClient client(access.site());
  std::optional<ClockReading> clock;
  bool first = true;
  int silent = 0;
  std::size_t left = 0;
  for (const std::string& ressurs : EnabledResources(parts, config.registry.production)) {
    if (silent == kSilentEnough) {
      ++left;
      continue;
    }
    ClockReading reading;
    reading.before = parts.clock().Wall();
    HeadReport report;
    report.ressurs = ressurs;
    report.head = client.Head(ressurs, parts.clock().Steady() + most, {});
    reading.after = parts.clock().Wall();
    report.tls_version = client.tls_version();
    report.failure = client.last_failure();
    if (first) {
      const Finding connection = JudgeConnection(place, report);
      tell(connection);
      // The others would find the same, each after its whole time.
      if (connection.grade != Grade::kOk) return;
    }
    first = false;
    tell(JudgeHead(report));
    silent = report.head.answered ? 0 : silent + 1;
    reading.theirs = report.head.server_date;
    if (report.head.answered && (!clock || !clock->theirs)) clock = reading;
  }
  if (left > 0) tell(JudgeUnasked(left));
  if (clock) tell(JudgeClock(*clock));
}

}  // namespace

void Examine(Parts& parts, const Tell& tell) {
  const auto config = parts.GetConfig();
  if (!config.ok()) {
    return tell({"configuration", Grade::kFail, config.status().text(),
                 "correct it; conf/utboks.toml is the manual", config.code()});
  }
  const Status complete = CheckRegister(**config);
  tell(JudgeConfig(**config, complete));
  LookAtSecrets(**config, tell);
  LookAtOutbox(**config, tell);
  LookAtSchemas(parts, **config, tell);
  for (const Feed& feed : FeedsOf(**config)) tell(ExamineFeed(feed));
  TellAll(ExamineBroker(**config), tell);
  if (!complete.ok()) return;
  const auto access = RegisterAccess::Make(**config, nullptr, parts.clock());
  if (!access.ok()) return TellAll(JudgeCredentials(access.status()), tell);
  LookAtCertificate(**config, (*access)->site()->credentials(), parts.clock().Wall(), tell);
  LookAtRegister(parts, **config, **access, tell);
}

}  // namespace utboks::app
