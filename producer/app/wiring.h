// The composition root: the only place that knows which class stands behind which
// interface and how settings reach it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "producer/app/parts.h"
#include "producer/net/credentials.h"
#include "queue/open_store.h"

namespace utboks::app {

// What the sections of the configuration are to the modules that obey them.
CredentialSettings CredentialsOf(const Config& config);
// kConfig: [register] base_url or organisation_number is not set.
Status CheckRegister(const Config& config);

// The store that the configuration names, to be opened as it stands.  Fails as
// CheckRegister does.
Result<StoreOptions> StoreOptionsOf(const Config& config);

class Wiring final : public Parts {
 public:
  // `config_path`: what --config gave.
  Wiring(std::optional<std::string> config_path, Environment environment);
  // For who has read the configuration already.
  explicit Wiring(Config config);
  ~Wiring() override;

  Result<const Config*> GetConfig() override;
  Result<Store*> OpenStore(const StoreUse& use) override;
  Result<Operator*> GetOperator() override;
  Result<ReplayJobs*> GetReplayJobs() override;
  Result<const Catalogue*> GetCatalogue() override;
  Result<const Catalogue*> GetShippedCatalogue() override;
  Result<const Validator*> GetValidator() override;
  std::optional<long long> CertificateDays() override;
  Clock& clock() override { return SystemClock(); }
  std::string ActorName() override;

 private:
  class StoredDocuments;  // a Revalidator over GetValidator

  void Obey(Config config);
  Revalidator& GetRevalidator();

  const std::optional<std::string> config_path_;
  const Environment environment_;
  // Each is made once, by the call of its name; later ones use earlier ones.
  std::optional<Config> config_;
  std::optional<Catalogue> shipped_catalogue_, catalogue_;
  std::unique_ptr<Validator> validator_;
  std::unique_ptr<Revalidator> revalidator_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Operator> operator_;
  std::unique_ptr<ReplayJobs> replay_jobs_;
};

}  // namespace utboks::app
