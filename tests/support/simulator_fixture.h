// A simulated register for a test: certificates, a free port, a scenario, and the
// journal to hold the outcome against.
//
//   SimulatorFixture reg({.scenario = "latency = \"20ms\""});
//   ... run something against reg.base_url() with reg.pki() ...
//   EXPECT_EQ(reg.Accepted().size(), 3);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "queue/base/clock.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace utboks::simulator {
class Simulator;
}

namespace utboks::testing {

// The certificates that conf/pki/make-dev-pki.sh makes, of every kind it knows.
class DevPki {
 public:
  // Made at the first call and kept as long as the process.  Aborts when the script
  // fails, with what it said.
  static const DevPki& Shared();

  std::string folder() const { return folder_.path().string(); }
  std::string ca() const { return File("ca"); }
  // "client", "server", "expired-client", …: the script's --help has them all.
  std::string certificate(std::string_view kind = "client") const { return File(kind); }
  std::string key(std::string_view kind = "client") const {
    return File(std::string(kind) + "-key");
  }

 private:
  DevPki();
  std::string File(std::string_view name) const { return folder_.File(std::string(name) + ".pem"); }
  TempDir folder_;
};

// A line of the journal; docs/simulator.md says what each part means.
struct JournalLine {
  std::string event;  // begin, end, step
  std::string time;   // as a log writes it: the two compare as texts
  double mono_ms = 0;
  std::uint64_t request = 0, connection = 0, send = 0, bytes = 0;
  std::string client, method, ressurs, identifier, sha256;
  bool accepted = false;
  int status = 0;
  std::string sent, reference, step;
  std::string name, kind;  // of a step that began or ended
  bool on = false;         // began
};

// Reads a journal as it grows.  One thread uses it.
class JournalTail {
 public:
  explicit JournalTail(std::string path) : path_(std::move(path)) {}
  // What has been written since the last call; a line being written comes with the next.
  std::vector<JournalLine> More();

 private:
  const std::string path_;
  std::size_t read_ = 0;  // bytes
};

class SimulatorFixture {
 public:
  struct Spec {
    std::string scenario = {};  // TOML; "" = nothing goes wrong
    std::uint64_t seed = 1;
    bool validate = true;
    bool child = false;             // a process of its own, that can be killed
    std::string schemas = {};       // "" = the tree's
    std::string server = "server";  // which certificate it shows
  };

  // Listens when constructed.  Aborts, with the reason, when it cannot.
  SimulatorFixture() : SimulatorFixture(Spec()) {}
  explicit SimulatorFixture(const Spec& spec);
  ~SimulatorFixture();
  SimulatorFixture(const SimulatorFixture&) = delete;
  SimulatorFixture& operator=(const SimulatorFixture&) = delete;

  const DevPki& pki() const { return DevPki::Shared(); }
  std::uint16_t port() const { return port_; }
  std::string base_url() const;  // https://localhost:PORT
  // Its process; nullptr when it runs in ours.
  ChildProcess* child() { return child_.get(); }

  // Everything written so far, in order; a line being written is left out.
  std::vector<JournalLine> Journal() const;
  // Its lines of messages: a worker asks by HEAD when it pleases.
  std::vector<JournalLine> Posts() const;
  // Its "end" lines that accepted a message.
  std::vector<JournalLine> Accepted() const;
  // Waits until a line satisfies `wanted`; false when patience ends first.
  bool Await(const std::function<bool(const JournalLine&)>& wanted,
             Millis patience = std::chrono::seconds(30)) const;
  std::string journal_path() const { return folder_.File("journal"); }

 private:
  TempDir folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<simulator::Simulator> simulator_;
  std::unique_ptr<ChildProcess> child_;
};

// One line of a journal.  Aborts on what is no such line: a fault of the simulator.
JournalLine ParseJournalLine(const std::string& line);

}  // namespace utboks::testing
