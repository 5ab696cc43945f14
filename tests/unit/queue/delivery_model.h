// A whole delivery in memory: messages, gates, a worker and a moody register, driven
// by the queue's pure code alone.  It claims and settles as stores do, and checks
// the named rules of delivery.md after each thing that happens.
//
// Time is real (what the world's clock would say) and wall (what ours says: it may
// be set back).  The checks that concern the register use real time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "queue/breaker.h"
#include "queue/disposition.h"
#include "queue/probe.h"

namespace utboks::testing {

enum class Mood { kWell, kErrors, kGone, kSilent, kRejecting, kMoved, kMixing };  // of a resource
enum class SiteMood { kWell, kRefusing, kLoginRefused, kThrottling };

class DeliveryModel {
 public:
  struct Row {
    MessageFacts facts;
    int resource = 0;
    WaitedOn waited_on = WaitedOn::kNothing;
    int attempts = 0;
    int last_attempt = 0;
    int poison = 0;  // 500 for it alone, always
    bool touched = false;
  };
  struct Flight {
    MessageSeq seq = 0;
    int attempt = 0;
    Sent sent;
    bool taken = false;  // the register has it, whether we learn so or not
    Outcome outcome;
  };
  struct RunningProbe {
    ProbeEnd end;
    int resource = 0;
    HeadResult head;
    std::optional<Flight> flight;
  };

  DeliveryModel(std::uint64_t seed, int resources);

  // ---- what happens; each checks the rules ----
  void Arrive(bool poison);
  void Advance(Millis by);
  void SetClockBack(Millis by);
  void Tick();
  bool Claim();       // one message through open gates; false when none may go
  bool BeginProbe();  // the next probe that is due; false when none is
  void EndProbe();
  void Finish(std::size_t flight);  // its answer comes
  void WorkerDies();
  void WorkerStops();
  void LateReceipt();
  void PersonActs();
  void Release(Row& row);
  void ResumeAll();
  void RandomEvent();

  void Heal();
  // Works until nothing moves any more, or for `most`.  How long until the first
  // acceptance, when there was one.
  std::optional<Millis> WorkOff(Millis most);

  // ---- what is seen ----
  DeliverySettings settings;
  Gate site;
  std::vector<Gate> gates;
  std::vector<Row> rows;
  std::vector<Flight> flights;
  std::optional<RunningProbe> probe;
  std::vector<Mood> moods;
  SiteMood site_mood = SiteMood::kWell;
  std::int64_t now = 0;     // real, ms
  std::int64_t behind = 0;  // how far our clock is behind it
  std::int64_t acceptances = 0, opened = 0, runs = 0, holds = 0, doubts = 0;  // to see it lives
  bool failed() const { return failed_; }
  std::unordered_map<const char*, std::int64_t> judged;  // how often each rule was

  WallTime Wall() const { return WallTime(Millis(1'800'000'000'000 + now - behind)); }

 private:
  Row& At(MessageSeq seq) { return rows[static_cast<std::size_t>(seq - 1)]; }
  Gate& GateOf(const Row& row) { return gates[static_cast<std::size_t>(row.resource)]; }
  bool MayGo(const Row& row) const;
  Row* PickForProbe(const Gate& gate, int resource);
  Outcome Answer(const Row& row, Flight& flight);
  Flight Send(Row& row, bool as_probe);
  void Settle(const Flight& flight, const Outcome& outcome);
  void Write(Row& row, const Disposition& d);
  void EndWaits(int resource);
  std::optional<WallTime> NextEvent() const;

  void CheckRequest(const Gate& gate, bool as_probe);
  void CheckDisposition(const Row& before, const Flight& flight, const Outcome& outcome,
                        const Gate& site_before, const Gate& gate_before, const Disposition& d);
  void CheckGate(const Gate& before, const Gate& after, const char* what, bool may_open);
  // `concerns`: the rule has something to say of this; else nothing is judged.
  void Rule(bool concerns, bool kept, const char* name, const std::string& detail = "");

  std::unique_ptr<Random> random_;
  std::int64_t silent_until_ = 0;  // real: what a 429 asked for, as far as we obey
  int attempts_ = 0;
  std::vector<MessageSeq> last_tried_of_;
  std::vector<std::vector<MessageSeq>> blamed_in_a_row_;
  std::vector<Flight> ghosts_;  // taken by the register, unknown to us
  bool failed_ = false;
};

}  // namespace utboks::testing
