#include "tests/bench/own_store.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace utboks::bench {

std::unique_ptr<Store> OpenOwn(const std::string& path, const DeliverySettings& delivery,
                               Clock* clock) {
  StoreOptions options;
  options.url = "sqlite:" + path;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "localhost";
  options.worker = "bench";
  options.delivery = delivery;
  options.create = true;
  options.clock = clock;
  return Must(OpenStore(options));
}

void GiveUp(const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  // Not abort: temporary folders that static objects hold are to go.
  std::exit(2);
}

void Must(const Status& status) {
  if (!status.ok()) GiveUp(status.text());
}

}  // namespace utboks::bench
