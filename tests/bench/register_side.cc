#include "tests/bench/register_side.h"

#include "producer/net/credentials.h"
#include "producer/submit/http_register_client.h"
#include "tests/bench/own_store.h"

namespace utboks::bench {

RegisterSide::RegisterSide(const std::string& scenario)
    : simulator_({.scenario = scenario, .validate = false, .child = true}) {}

bare::Register RegisterSide::bare() const {
  const testing::DevPki& pki = simulator_.pki();
  return {simulator_.port(), pki.certificate(), pki.key(), pki.ca()};
}

std::unique_ptr<Dispatcher> RegisterSide::Sends(Delivery& store,
                                                const DeliverySettings& delivery) const {
  const testing::DevPki& pki = simulator_.pki();
  const auto credentials = Must(Credentials::Load({.client_certificate = pki.certificate(),
                                                   .client_key = pki.key(),
                                                   .client_key_password_file = "",
                                                   .ca_file = pki.ca(),
                                                   .organisation_number = "100101688"},
                                                  SystemClock().Wall()));
  RegisterSettings settings;
  settings.base_url = simulator_.base_url();
  settings.delivery = delivery;
  const auto site = Must(RegisterSite::Make(settings, credentials, SystemClock()));
  DispatcherSettings dispatch;
  dispatch.delivery = delivery;
  dispatch.resources = {kRessurs};
  return std::make_unique<Dispatcher>(
      store, [site] { return std::make_unique<HttpRegisterClient>(site); }, dispatch,
      SystemClock());
}

}  // namespace utboks::bench
