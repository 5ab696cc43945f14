// The register's documented behaviour on this machine: mutual TLS, mottak, and
// whatever a scenario lets go wrong.
#pragma once

#include <Poco/Net/Context.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "queue/base/mutex.h"
#include "queue/base/status.h"
#include "tests/simulator/connection.h"
#include "tests/simulator/contracts.h"
#include "tests/simulator/door.h"
#include "tests/simulator/journal.h"
#include "tests/simulator/mottak.h"
#include "tests/simulator/rate_window.h"
#include "tests/simulator/scenario.h"
#include "tests/simulator/site.h"
#include "tests/simulator/timeline.h"

namespace utboks::simulator {

struct Settings {
  std::string listen = "127.0.0.1:0";  // address and port; port 0 takes a free one
  std::string pki;                     // folder with ca.pem, server.pem, server-key.pem
  std::string schemas;                 // folder with catalogue.xml
  std::string journal;                 // file, "-" for standard output, "" for none
  Scenario scenario;
  std::uint64_t seed = 0;
  bool validate = true;  // check documents against their schema
};

class Simulator {
 public:
  // Listens when it returns.  kConfig: port taken, certificates or schemas that do
  // not fit; kUnreadable: a file that cannot be opened.
  static Result<std::unique_ptr<Simulator>> Start(Settings settings);
  // Ends every connection at once, then waits for its threads.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  std::uint16_t port() const { return door_->port(); }
  // "https://127.0.0.1:PORT": the register's base address.
  std::string base_url() const;

 private:
  struct Served {
    std::unique_ptr<Connection> connection;
    std::thread thread;
    std::atomic<bool> over{false};  // the thread has nothing more to do
  };

  Simulator(Settings settings, Poco::Net::Context::Ptr context,
            std::unique_ptr<Contracts> contracts, std::unique_ptr<Journal> journal,
            std::unique_ptr<Door> door);
  void Listen();
  // Does what the timeline asks for; `noticed_by` finishes where others are cut.
  void FollowTimeline(Connection* noticed_by);
  void EndOthers(KeptAlive how, const Connection* noticed_by) UTBOKS_REQUIRES(mutex_);
  void Admit(const Poco::Net::StreamSocket& socket);

  const Settings settings_;
  const std::unique_ptr<Contracts> contracts_;
  const std::unique_ptr<Journal> journal_;
  const std::unique_ptr<Door> door_;
  const Mottak mottak_;
  Timeline timeline_;
  AddressRates rates_;
  Site site_;

  Mutex mutex_;
  bool shut_ UTBOKS_GUARDED_BY(mutex_) = false;
  std::uint64_t admitted_ UTBOKS_GUARDED_BY(mutex_) = 0;
  std::list<Served> served_ UTBOKS_GUARDED_BY(mutex_);

  std::atomic<bool> stopping_{false};
  std::thread listener_;  // last: it uses all of the above
};

}  // namespace utboks::simulator
