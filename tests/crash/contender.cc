// contender URL KEY_FILE NAME COUNT: four clients of a store, two and two on a Store of their own,
// that all want the same order key.  Each puts in COUNT messages and meanwhile sends whatever may
// go, until nothing is left; now and then one hands back what it has claimed.
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/conformance/store_fixture.h"
#include "tests/crash/contender.h"

namespace utboks::testing {
namespace {

// Of a client's claims one in so many is handed back.
constexpr std::uint64_t kHandBackOneIn = 5;

class Client {
 public:
  Client(Store& store, std::string name, int count)
      : store_(store),
        name_(std::move(name)),
        count_(count),
        chance_(SeededRandom(static_cast<std::uint64_t>(count))) {}

  Status Run() {
    for (int n = 0; n < count_;) {
      const NewRow row = Row(name_ + "-" + std::to_string(n), {"key"});
      const auto put = store_.Insert({&row, 1}, InsertMode::kEachAlone);
      if (put.code() == Code::kBusy) continue;
      if (!put.ok()) return put.status();
      if (!(*put)[0].status.ok()) return (*put)[0].status;
      ++n;
      UTBOKS_RETURN_IF_ERROR(SendOne());
    }
    for (;;) {
      UTBOKS_RETURN_IF_ERROR(SendOne());
      const Result<Overview> seen = store_.Look();
      if (!seen.ok()) return seen.status();
      if (LeftIn(*seen) == 0) return Status();
    }
  }

 private:
  Status SendOne() {
    const Room room{"doedsfall_v1", 4};
    const Result<Claimed> claimed = store_.Claim({&room, 1}, 4);
    if (claimed.code() == Code::kBusy) return Status();
    if (!claimed.ok()) return claimed.status();
    if (claimed->rows.empty()) return Status();
    if (claimed->rows.size() > 1) return Status(Code::kInternal, "two of one key at once");
    if (chance_->Below(kHandBackOneIn) == 0) return store_.HandBack(claimed->rows);
    const Settlement done{claimed->rows[0], Accepted()};
    return store_.Settle({&done, 1});
  }
  static std::int64_t LeftIn(const Overview& seen) {
    std::int64_t left = 0;
    for (const auto& [state, count] : seen.states) {
      if (state == State::kDue || state == State::kSending || state == State::kInDoubt) {
        left += count;
      }
    }
    return left;
  }

  Store& store_;
  const std::string name_;
  const int count_;
  const std::unique_ptr<Random> chance_;
};

int Run(const StoreOptions& options, const std::string& name, int count) {
  constexpr int kStores = 2, kClientsOfEach = 2;
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < kStores; ++i) {
    Result<std::unique_ptr<Store>> store = OpenStore(options);
    if (!store.ok()) {
      std::fprintf(stderr, "%s\n", store.status().text().c_str());
      return 1;
    }
    stores.push_back(std::move(*store));
  }
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kStores * kClientsOfEach; ++i) {
    clients.emplace_back([&, i] {
      const Status done = Client(*stores.at(static_cast<std::size_t>(i) % kStores),
                                 name + "-" + std::to_string(i), count)
                              .Run();
      if (done.ok()) return;
      ++failed;
      std::fprintf(stderr, "%s\n", done.text().c_str());
    });
  }
  for (std::thread& client : clients) client.join();
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace utboks::testing

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  return utboks::testing::Run(utboks::testing::ContendedStore(argv[1], argv[2]), argv[3],
                              std::stoi(argv[4]));
}
