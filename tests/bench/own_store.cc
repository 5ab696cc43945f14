#include "tests/bench/own_store.h"

#include <algorithm>
#include <stdexcept>

namespace utboks::bench {

StoreOptions OwnOptions(const std::string& url) {
  StoreOptions options;
  options.url = url;
  options.environment = "test";
  options.organisation_number = "100101688";
  options.host = "localhost";
  options.worker = "bench";
  options.create = true;
  return options;
}

std::unique_ptr<Store> OpenOwn(const std::string& path, const DeliverySettings& delivery,
                               Clock* clock) {
  StoreOptions options = OwnOptions("sqlite:" + path);
  options.delivery = delivery;
  options.clock = clock;
  return Must(OpenStore(options));
}

std::string MadeByOurs(const std::string& path) {
  OpenOwn(path);
  return path;
}

void Fill(Store& store, Letters& letters, std::int64_t messages) {
  constexpr std::int64_t kCommit = 1'024;
  for (std::int64_t left = messages; left > 0; left -= kCommit) {
    const auto rows = Letters::Rows(letters.Next(static_cast<int>(std::min(left, kCommit))));
    Must(store.Insert(rows, InsertMode::kAllOrNone));
  }
}

void GiveUp(const std::string& why) {
  throw std::runtime_error(why);
}

void Must(const Status& status) {
  if (!status.ok()) GiveUp(status.text());
}

}  // namespace utboks::bench
