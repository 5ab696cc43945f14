// The register as the configuration names it, for as long as the worker runs: a
// certificate that is replaced on disk is taken up without a restart.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "producer/app/config.h"
#include "producer/submit/http_register_client.h"
#include "producer/xml/catalogue.h"
#include "queue/base/mutex.h"

namespace utboks::app {

class RegisterAccess {
 public:
  // kConfig as Credentials::Load and RegisterSite::Make.  `clock` outlives it.
  // `catalogue` too; it may be null where nothing but HEAD is asked.
  static Result<std::unique_ptr<RegisterAccess>> Make(const Config& config,
                                                      const Catalogue* catalogue, Clock& clock);

  // A client that follows: each request after a renewal goes by the new
  // certificate.  `this` outlives it.
  std::unique_ptr<RegisterClient> MakeClient();

  // Looks at the files, and takes them up when they have changed.  Files that do not
  // fit leave the old ones in use; the reason comes back.
  Status Renew();

  std::shared_ptr<const RegisterSite> site() const;

  // How far the register's clock was ahead of ours (behind: negative) at its last
  // answer that had a date; nothing before the first.  Dates have whole seconds.
  std::optional<Millis> ClockAhead() const;

 private:
  friend class FollowingClient;
  void SawDate(const std::optional<WallTime>& server_date);

  RegisterAccess(const Config& config, const Catalogue* catalogue, Clock& clock);
  Result<std::shared_ptr<const RegisterSite>> Load() const;
  std::string Stamp() const;

  const Config& config_;
  const Catalogue* const catalogue_;
  Clock& clock_;
  mutable Mutex mutex_;
  std::shared_ptr<const RegisterSite> site_ UTBOKS_GUARDED_BY(mutex_);
  std::string stamp_ UTBOKS_GUARDED_BY(mutex_);  // of the files that were looked at last
  std::optional<Millis> ahead_ UTBOKS_GUARDED_BY(mutex_);
};

}  // namespace utboks::app
