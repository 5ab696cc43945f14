#include "tests/bench/own_store.h"

#include <stdexcept>

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
  throw std::runtime_error(why);
}

void Must(const Status& status) {
  if (!status.ok()) GiveUp(status.text());
}

}  // namespace utboks::bench
