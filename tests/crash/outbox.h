// An outbox as the program `utboks` has it: configuration, store, and documents to hand
// in, all in a folder of its own.
//
// The documents are the shipped example with another identifier and another synthetic
// person.  One thread uses it.
#pragma once

#include <string>
#include <vector>

#include "queue/open_store.h"
#include "tests/support/child_process.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/synthetic_person.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {

class Outbox {
 public:
  // Delivers to `reg`; nullptr: a register that is nowhere, for what delivers nothing.
  // `settings`: further lines of TOML, from "[delivery]" on.  `url`: of a store elsewhere;
  // "" is a file in the folder.
  explicit Outbox(const SimulatorFixture* reg, const std::string& settings = "",
                  const std::string& url = "");

  std::string folder() const { return dir_.path().string(); }
  std::string store() const { return dir_.File("outbox.db"); }
  std::string config() const { return dir_.File("utboks.toml"); }
  std::string File(const std::string& name) const { return dir_.File(name); }

  // How `utboks WORDS` is run; `worker` is [outbox] worker, the machine's name where it is "".
  ProcessSpec Utboks(const std::vector<std::string>& words, const std::string& worker = "") const;
  // Why strace cannot watch the program here; "" when it can.
  static std::string WhyBlind();
  // How this process opens the same store; nothing is made.
  StoreOptions Options() const;

  // avsendersMeldingsidentifikator of the n-th message.
  static std::string Identifier(int n);
  // A file of its own with the n-th message, on this person.
  std::string Message(int n, int person) const;

 private:
  TempDir dir_;
  const std::string url_;
};

}  // namespace utboks::testing
