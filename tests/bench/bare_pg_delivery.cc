#include "tests/bench/bare_pg_delivery.h"

#include <map>
#include <vector>

namespace utboks::bench::bare {
namespace {

struct Taken {
  std::int64_t due, attempt, last_event;
  std::string id;
};
constexpr std::int64_t kGate = 1;  // the only resource of the store
const std::string kEvidence = "36:5d1d7b0e-7e2f-4c5a-9d6b-0f6a3c1e2b4d0:0:0:0:";

}  // namespace

int PgDeliverer::Deliver(std::int64_t most, std::int64_t now) {
  turn_.Begin(), gates_.Send(), due_.Send(kGate, most + 1), bucket_.Send(), db_.Go();
  turn_.Read();
  std::map<std::int64_t, Taken> taken;
  std::string seqs;
  for (int row = 0; row < due_.Rows() && row < most && due_.Int(row, 3) <= now; ++row) {
    const std::int64_t seq = due_.Int(row, 0), due = due_.Int(row, 3), attempt = ++turn_.attempt;
    taken[seq] = {due, attempt, 0, std::string(due_.Bytes(row, 5))};
    seqs += std::to_string(seq) + " ";
    attempt_.Send(attempt, seq, 0, now, 0, 1, 1, "bench");
    take_.Send(0, kGate, due, seq);
    lease_.Send(seq, kGate, attempt, now + 140'000);
  }
  if (taken.empty()) return 0;
  seqs.pop_back();
  fill_.Send(0, now);
  tried_.Send(taken.rbegin()->first, kGate);
  turn_.Commit(0, 0);

  turn_.Begin(), gates_.Send(), after_.Send(), read_.Send(seqs), db_.Go();
  turn_.Read();
  for (int row = 0; row < read_.Rows(); ++row) {
    taken[read_.Int(row, 0)].last_event = read_.Int(row, 1);
  }
  for (const auto& [seq, one] : taken) {
    const std::string evidence = seal_(kEvidence, std::string(37, 's') + one.id + "evidence");
    end_.Send(now, 1, 0, 202, "", std::string_view(evidence), one.attempt, seq);
    event_.Send(++turn_.history, seq, one.last_event, kGate, now, "accepted", 2, 5, one.attempt, "",
                "worker", PgNull());
    write_.Send(5, "", 0, one.due, 0, 1, 0, 0, 0, 0, 0, PgNull(), 0, "", 0, 0, 0, one.attempt,
                one.attempt, turn_.history, now, seq);
    leave_.Send(seq);
  }
  const auto count = static_cast<std::int64_t>(taken.size());
  turn_.Commit(-count, count);
  return static_cast<int>(count);
}

}  // namespace utboks::bench::bare
