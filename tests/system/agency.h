// An agency at work: its configuration, its outbox, the commands its people give and
// the worker it runs, all of them the program `utboks` itself.
//
//   SimulatorFixture reg;
//   Agency agency(reg);
//   agency.Enqueue({1, 2});
//   agency.StartWorker();
//
// Whatever the test does, its end holds all that was said (output, logs) and all
// that was left (the store's files) against three promises:
//   - no person's number and no name is in it.  Every letter is full of both, and a
//     set of hostile ones is handed in last.  A name that stands on a command line
//     may come back from that command alone (docs/decisions.md says why).
//   - the worker has logged no warning that the test did not announce (LogWatch);
//   - the store's database is sound, unless the test has damaged it.
//
// One thread uses it.
#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {

using Json = Poco::JSON::Object::Ptr;
// The objects that stand in `text`, one a line; a line that is none fails the test.
std::vector<Json> JsonLines(const std::string& text);
// Its member as text; "" where there is none or null.
std::string Get(const Json& object, const std::string& member);

class Agency {
 public:
  // Whose register is nowhere: for commands that deliver nothing.
  Agency();
  explicit Agency(const SimulatorFixture& reg);
  ~Agency();
  Agency(const Agency&) = delete;
  Agency& operator=(const Agency&) = delete;

  // ---- configuration: waits are short, the rest is as shipped ----

  // `key` as section.key, `value` as it stands in TOML; "" leaves the key out.
  void Set(const std::string& key, const std::string& value);
  void SetText(const std::string& key, const std::string& value);
  std::string config_file() const { return home_.File("utboks.toml"); }

  // ---- what it hands in ----

  // avsendersMeldingsidentifikator of the n-th letter; there is a number in it.
  static std::string Identifier(int n);
  // A death notice as a file; a number stands in the file's name too.  `person` 0:
  // each letter is about another person.
  std::string Letter(int n, int person = 0);
  // A file of these bytes beside the letters.
  std::string File(const std::string& name, const std::string& bytes);

  // ---- commands ----

  // `utboks WORDS`, to its end.
  Finished Run(const std::vector<std::string>& words, const std::string& input = {},
               Millis patience = std::chrono::seconds(60));
  // A command whose purpose is to show content: only where that goes is judged.
  Finished Reveal(const std::vector<std::string>& words, const std::string& input = {});
  // Its JSON lines; anything but `code` at its end fails the test.
  std::vector<Json> Ask(std::vector<std::string> words, int code = 0,
                        const std::string& input = {});
  // Beside the test, which may kill it; it is judged with the rest.
  ChildProcess& Start(const std::vector<std::string>& words, const std::string& input = {});
  // The letters, stored: their ids.
  std::vector<std::string> Enqueue(const std::vector<int>& letters, int person = 0);

  // ---- the worker ----

  // "NAME=value", of a worker that is started from now on.
  void SetWorkerEnvironment(std::vector<std::string> environment) {
    worker_environment_ = std::move(environment);
  }
  // Comes back when it delivers.
  ChildProcess& StartWorker(const std::vector<std::string>& more = {});
  ChildProcess& worker() { return *worker_; }
  // SIGTERM; anything but exit 0 fails the test.
  void StopWorker();
  void KillWorker();
  // `run --drain`: everything that can go has gone.  Anything but `code` fails.
  Finished Drain(int code = 0);

  // ---- what is there ----

  Json Show(const std::string& id);
  std::string StateOf(const std::string& id) { return Get(Show(id), "state"); }
  // Waits for it; false when patience ends first.
  bool AwaitState(const std::string& id, const std::string& state,
                  Millis patience = std::chrono::seconds(30));
  // id → state, of all there are.
  std::map<std::string, std::string> States();
  Json Status() { return Ask({"status"}).at(0); }
  // Whether an alarm of this name stands.
  bool Alarm(const std::string& name);

  // ---- the store as a file ----

  std::string store() const { return home_.File("outbox/outbox.db"); }
  std::string keys() const { return store() + ".keys"; }
  // Where it installs schemas; it has none.
  std::string schemas() const { return home_.File("schemas"); }
  std::string folder() const { return home_.path().string(); }
  // Does `sql` to it, as no command would: for what a test must pretend.
  void Meddle(const std::string& sql);
  // The first column of the first row.
  std::string Look(const std::string& sql);
  // Nothing of the persons in its letters is in `text`, which was found `where`.
  void ExpectNoPersonIn(const std::string& text, const std::string& where) const;
  // The test has damaged it: its end does not look whether it is sound.
  void Damaged() { damaged_ = true; }

 private:
  // What a command said, beside its log.
  struct Said {
    std::string words;     // for the failure's text
    std::string may_echo;  // names in these may come back
    std::string text;
  };
  struct Other {
    std::vector<std::string> words;
    std::unique_ptr<ChildProcess> process;
  };

  void WriteConfig() const;
  std::vector<std::string> Argv(const std::vector<std::string>& words) const;
  void Heard(const std::vector<std::string>& words, const std::string& out, const std::string& err);
  void EndWorker();
  void HandInHostile();
  void JudgeSaid() const;
  void JudgeFiles() const;
  // None of the numbers, and none of these names.
  void ExpectNothingIn(const std::string& text, const std::vector<std::string>& names,
                       const std::string& where) const;
  void ExpectNoNumberIn(const std::string& text, const std::string& where) const;

  const SimulatorFixture* reg_ = nullptr;
  TempDir home_;
  std::map<std::string, std::map<std::string, std::string>> settings_;
  std::set<std::string> numbers_;  // that must not be seen
  std::vector<Said> said_;
  std::unique_ptr<ChildProcess> worker_;
  std::vector<std::string> worker_words_, worker_environment_;
  std::vector<Other> others_;
  bool damaged_ = false;
};

// One line on standard error that says each of `says`, nothing on standard output,
// and this exit code.
void ExpectRefused(const Finished& run, int code, const std::vector<std::string>& says);

}  // namespace utboks::testing
