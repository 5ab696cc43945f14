#include "producer/app/register_access.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "producer/app/wiring.h"

namespace utboks::app {

class FollowingClient final : public RegisterClient {
 public:
  explicit FollowingClient(RegisterAccess& access) : access_(access) {}

  Outcome Submit(const Payload& payload, SteadyTime deadline,
                 const std::stop_token& stop) override {
    Outcome outcome = Client().Submit(payload, deadline, stop);
    access_.SawDate(outcome.server_date);
    return outcome;
  }
  HeadResult Head(std::string_view ressurs, SteadyTime deadline,
                  const std::stop_token& stop) override {
    HeadResult head = Client().Head(ressurs, deadline, stop);
    access_.SawDate(head.server_date);
    return head;
  }

 private:
  HttpRegisterClient& Client() {
    std::shared_ptr<const RegisterSite> site = access_.site();
    if (!client_ || site != site_) {
      site_ = std::move(site);
      client_ = std::make_unique<HttpRegisterClient>(site_);
    }
    return *client_;
  }

  RegisterAccess& access_;
  std::shared_ptr<const RegisterSite> site_;
  std::unique_ptr<HttpRegisterClient> client_;
};

RegisterAccess::RegisterAccess(const Config& config, const Catalogue* catalogue, Clock& clock)
    : config_(config), catalogue_(catalogue), clock_(clock) {}

Result<std::unique_ptr<RegisterAccess>> RegisterAccess::Make(const Config& config,
                                                             const Catalogue* catalogue,
                                                             Clock& clock) {
  std::unique_ptr<RegisterAccess> access(new RegisterAccess(config, catalogue, clock));
  const std::string stamp = access->Stamp();
  Result<std::shared_ptr<const RegisterSite>> site = access->Load();
  if (!site.ok()) return site.status();
  MutexLock lock(access->mutex_);
  access->site_ = *std::move(site);
  access->stamp_ = stamp;
  return access;
}

Result<std::shared_ptr<const RegisterSite>> RegisterAccess::Load() const {
  auto credentials = Credentials::Load(CredentialsOf(config_), clock_.Wall());
  if (!credentials.ok()) return credentials.status();
  RegisterSettings settings;
  settings.base_url = config_.registry.base_url;
  settings.proxy = config_.registry.proxy;
  settings.connect_timeout = config_.registry.connect_timeout;
  settings.response_timeout = config_.registry.response_timeout;
  settings.delivery = config_.delivery;
  if (catalogue_ != nullptr) {
    for (const Ressurs& ressurs : catalogue_->ressurser()) {
      if (ressurs.multipart) settings.forms.emplace(ressurs.name, *ressurs.multipart);
    }
  }
  return RegisterSite::Make(settings, *std::move(credentials), clock_);
}

std::string RegisterAccess::Stamp() const {
  std::string stamp;
  for (const std::string& file :
       {config_.registry.client_certificate, config_.registry.client_key,
        config_.registry.client_key_password_file, config_.registry.ca_file}) {
    struct stat about {};
    if (file.empty() || stat(file.c_str(), &about) != 0) {
      stamp += "- ";
      continue;
    }
    stamp += fmt::format("{} {} {}.{} ", about.st_ino, about.st_size, about.st_mtim.tv_sec,
                         about.st_mtim.tv_nsec);
  }
  return stamp;
}

Status RegisterAccess::Renew() {
  const std::string stamp = Stamp();
  {
    MutexLock lock(mutex_);
    if (stamp == stamp_) return Status();
  }
  Result<std::shared_ptr<const RegisterSite>> site = Load();
  MutexLock lock(mutex_);
  stamp_ = stamp;
  if (!site.ok()) return site.status();
  site_ = *std::move(site);
  return Status();
}

std::shared_ptr<const RegisterSite> RegisterAccess::site() const {
  MutexLock lock(mutex_);
  return site_;
}

void RegisterAccess::SawDate(const std::optional<WallTime>& server_date) {
  if (!server_date) return;
  const Millis ahead = *server_date - clock_.Wall();
  MutexLock lock(mutex_);
  ahead_ = ahead;
}

std::optional<Millis> RegisterAccess::ClockAhead() const {
  MutexLock lock(mutex_);
  return ahead_;
}

std::unique_ptr<RegisterClient> RegisterAccess::MakeClient() {
  return std::make_unique<FollowingClient>(*this);
}

}  // namespace utboks::app
