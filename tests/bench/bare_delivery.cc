#include "tests/bench/bare_delivery.h"

#include <vector>

namespace utboks::bench::bare {
namespace {

struct Taken {
  std::int64_t seq, due, attempt;
  std::string id;
};
constexpr std::int64_t kGate = 1;  // the only resource of the store
const std::string kEvidence = "36:5d1d7b0e-7e2f-4c5a-9d6b-0f6a3c1e2b4d0:0:0:0:";

}  // namespace

int Deliverer::Deliver(std::int64_t most, std::int64_t now) {
  std::vector<Taken> taken;
  begin_.Run();
  gate_.Run(0);
  gate_.Run(kGate);
  bool row = due_.Row(kGate, most + 1);
  for (; row && due_.Int(3) <= now && std::ssize(taken) < most; row = due_.Next()) {
    taken.push_back({due_.Int(0), due_.Int(3), 0, std::string(due_.Blob(5))});
  }
  due_.Done();
  bucket_.Run();
  fill_.Run(0, now);
  for (Taken& one : taken) {
    attempt_.Run(one.seq, 0, now, 0, 1, 1, "bench");
    one.attempt = sqlite3_last_insert_rowid(db_.db);
    take_.Run(0, kGate, one.due, one.seq);
    lease_.Run(one.seq, kGate, one.attempt);
  }
  if (!taken.empty()) tried_.Run(taken.back().seq, kGate);
  commit_.Run();

  begin_.Run();
  gate_.Run(0);
  gate_.Run(kGate);
  for (const Taken& one : taken) {
    read_.Row(one.seq);
    const std::int64_t last_event = read_.Int(0);
    read_.Done();
    const std::string evidence = seal_(kEvidence, std::string(37, 's') + one.id + "evidence");
    end_.Run(now, 1, 0, 202, "", std::string_view(evidence), one.attempt, one.seq);
    event_.Run(one.seq, last_event, kGate, now, "accepted", 2, 5, one.attempt, "", "worker",
               Null());
    const std::int64_t event = sqlite3_last_insert_rowid(db_.db);
    write_.Run(5, "", 0, one.due, 0, 1, 0, 0, 0, 0, 0, Null(), 0, "", 0, 0, 0, one.attempt,
               one.attempt, event, now, one.seq);
    leave_.Run(one.seq);
  }
  after_.Run();
  const std::int64_t count = std::ssize(taken);
  tally_.Run(0, -count, 0, 0, count, 0, 0, 0);
  commit_.Run();
  return static_cast<int>(taken.size());
}

}  // namespace utboks::bench::bare
