#include "producer/app/wiring.h"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "producer/app/schema_folder.h"
#include "producer/intake/recheck.h"
#include "producer/net/endpoint.h"
#include "producer/xml/installed_schemas.h"

namespace utboks::app {
namespace {

// A process stopped (Ctrl-Z) while it holds the store's lock would stop every
// other one too.  Blocked here before the store's threads exist, so in all of
// them; the thread that takes the lock lets it through when it holds none.
void ShieldFromStop() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

// Numbers by the rule of 2032 are there from its first day on; in the test environment
// they may be tried before.
ControlRule RuleAt(WallTime now, bool production) {
  using namespace std::chrono;
  constexpr sys_days kFirstDay{2032y / January / 1};
  const bool there = now >= kFirstDay - hours(1);  // in Oslo
  return there || !production ? ControlRule::kFrom2032 : ControlRule::kPresent;
}

}  // namespace

CredentialSettings CredentialsOf(const Config& config) {
  return {config.registry.client_certificate, config.registry.client_key,
          config.registry.client_key_password_file, config.registry.ca_file,
          config.registry.organisation_number};
}

Status CheckRegister(const Config& config) {
  const auto missing = [&](std::string_view key) {
    return Status(Code::kConfig, fmt::format("[register] {} is not set; set it in {}", key,
                                             config.path.empty() ? kDefaultConfigPath
                                                                 : std::string_view(config.path)));
  };
  if (config.registry.base_url.empty()) return missing("base_url");
  if (config.registry.organisation_number.empty()) return missing("organisation_number");
  return Status();
}

namespace {

// Beside the longest request: a worker that is held up does not lose what it sends, and
// what a dead one was sending does not wait long.
constexpr Millis kLeaseSpare{30'000};

std::string MachineName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "worker";
}

}  // namespace

Result<StoreOptions> StoreOptionsOf(const Config& config) {
  UTBOKS_RETURN_IF_ERROR(CheckRegister(config));
  const auto server = ParseBaseUrl(config.registry.base_url);
  if (!server.ok()) return server.status();
  StoreOptions options;
  options.url = config.outbox.store;
  options.key_file = config.outbox.key_file;
  options.environment = config.registry.production ? "production" : "test";
  options.organisation_number = config.registry.organisation_number;
  options.host = server->host;
  options.min_free = static_cast<std::uint64_t>(config.outbox.min_free);
  options.worker = config.outbox.worker.empty() ? MachineName() : config.outbox.worker;
  options.lease = config.registry.connect_timeout + config.registry.response_timeout + kLeaseSpare;
  options.delivery = config.delivery;
  return options;
}

// What was accepted once is held against today's contracts, in any edition that is
// enabled.
class Wiring::StoredDocuments final : public Revalidator {
 public:
  explicit StoredDocuments(Wiring& wiring) : wiring_(wiring) {}

  Result<Accepted> Check(const Payload& payload) override {
    const auto validator = wiring_.GetValidator();
    if (!validator.ok()) return validator.status();
    const auto holds = Recheck(**validator, payload);
    if (!holds.ok()) return holds.status();
    return Accepted{holds->edition, holds->schema_hash};
  }

 private:
  Wiring& wiring_;
};

Wiring::Wiring(std::optional<std::string> config_path, Environment environment)
    : config_path_(std::move(config_path)), environment_(std::move(environment)) {}

Wiring::Wiring(Config config) {
  Obey(std::move(config));
}

Wiring::~Wiring() = default;

void Wiring::Obey(Config config) {
  config_ = std::move(config);
  // A command's own output says what it did; `run` asks for more.
  const LogLevel level =
      config_->log.level == LogLevel::kInfo ? LogLevel::kWarning : config_->log.level;
  SetUpLog(level, config_->log.format);
}

Result<const Config*> Wiring::GetConfig() {
  if (!config_) {
    auto config = LoadConfig(config_path_, environment_);
    if (!config.ok()) return config.status();
    Obey(*std::move(config));
  }
  return &*config_;
}

Result<Store*> Wiring::OpenStore(const StoreUse& use) {
  if (store_) return store_.get();
  const auto config = GetConfig();
  if (!config.ok()) return config.status();
  auto options = StoreOptionsOf(**config);
  if (!options.ok()) return options.status();
  ShieldFromStop();
  options->create = use.create;
  options->migrate = use.migrate;
  options->as_worker = use.as_worker;
  options->after_restore = use.after_restore;
  auto store = utboks::OpenStore(*options);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  return store_.get();
}

Revalidator& Wiring::GetRevalidator() {
  if (!revalidator_) revalidator_ = std::make_unique<StoredDocuments>(*this);
  return *revalidator_;
}

Result<Operator*> Wiring::GetOperator() {
  if (!operator_) {
    const auto store = OpenStore({});
    if (!store.ok()) return store.status();
    operator_ = std::make_unique<Operator>(**store, **store, GetRevalidator());
  }
  return operator_.get();
}

Result<ReplayJobs*> Wiring::GetReplayJobs() {
  if (!replay_jobs_) {
    const auto store = OpenStore({});
    if (!store.ok()) return store.status();
    replay_jobs_ = std::make_unique<ReplayJobs>(**store, **store, GetRevalidator());
  }
  return replay_jobs_.get();
}

Result<const Catalogue*> Wiring::GetShippedCatalogue() {
  if (!shipped_catalogue_) {
    const auto folder = FindSchemaFolder();
    if (!folder.ok()) return folder.status();
    auto catalogue = Catalogue::Load(*folder);
    if (!catalogue.ok()) return catalogue.status();
    shipped_catalogue_ = *std::move(catalogue);
  }
  return &*shipped_catalogue_;
}

Result<const Catalogue*> Wiring::GetCatalogue() {
  if (!catalogue_) {
    const auto config = GetConfig();
    if (!config.ok()) return config.status();
    const auto shipped = GetShippedCatalogue();
    if (!shipped.ok()) return shipped.status();
    auto installed = InstalledSchemas((*config)->schemas.directory).Read();
    if (!installed.ok()) return installed.status();
    catalogue_ = (*shipped)->With(*std::move(installed));
  }
  return &*catalogue_;
}

Result<const Validator*> Wiring::GetValidator() {
  if (!validator_) {
    const auto config = GetConfig();
    if (!config.ok()) return config.status();
    const auto catalogue = GetCatalogue();
    if (!catalogue.ok()) return catalogue.status();
    ValidatorSettings settings;
    settings.production = (*config)->registry.production;
    settings.limits = {static_cast<std::size_t>((*config)->intake.max_document),
                       (*config)->intake.max_depth, (*config)->intake.max_attributes};
    settings.max_attachments = static_cast<std::size_t>((*config)->intake.max_attachments);
    settings.number_checks = (*config)->identifiers.checks;
    settings.control_rule = RuleAt(clock().Wall(), settings.production);
    settings.meaning = (*config)->meaning;
    settings.clock = &clock();
    validator_ = Validator::Make(**catalogue, settings);
  }
  return validator_.get();
}

std::optional<long long> Wiring::CertificateDays() {
  const auto config = GetConfig();
  if (!config.ok() || (*config)->registry.client_certificate.empty()) return std::nullopt;
  const WallTime now = clock().Wall();
  const auto credentials = Credentials::Load(CredentialsOf(**config), now);
  if (!credentials.ok()) return std::nullopt;
  return (*credentials)->DaysLeft(now);
}

std::string Wiring::ActorName() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room{};
  const uid_t user = geteuid();
  if (getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) {
    return fmt::format("cli:{}", found->pw_name);
  }
  return fmt::format("cli:{}", user);
}

}  // namespace utboks::app
