#include "producer/app/drain.h"

#include <algorithm>

namespace utboks::app {
namespace {

// A pause and a blame run end by a person; an outage ends by itself.
bool WaitsForPerson(const std::vector<Gate>& gates, const std::string& name) {
  return std::any_of(gates.begin(), gates.end(), [&](const Gate& gate) {
    return gate.name == name && (gate.paused || gate.blame_run);
  });
}

bool Moves(const MessageView& message, const std::vector<Gate>& gates) {
  switch (message.waits_for.kind) {
    case WaitsFor::Kind::kHead:
    case WaitsFor::Kind::kPerson:
      return false;  // the head itself is asked, where it is due
    case WaitsFor::Kind::kGate:
      return !WaitsForPerson(gates, message.waits_for.gate);
    case WaitsFor::Kind::kTime:
      return message.attempts > 0;  // a backoff; before the first attempt it is a not-before
    case WaitsFor::Kind::kNothing:
    case WaitsFor::Kind::kRate:
      return true;
  }
  return true;
}

// The worker moves it on, unless what it has sent waits for a person.
bool ReplayMoves(const Overview& overview) {
  const bool runs = std::any_of(overview.replays.begin(), overview.replays.end(),
                                [](const ReplayJob& job) { return IsRunning(job.progress.phase); });
  return runs && std::none_of(overview.gates.begin(), overview.gates.end(),
                              [](const Gate& gate) { return gate.paused || gate.blame_run; });
}

std::int64_t CountIn(const Overview& overview, State wanted) {
  for (const auto& [state, count] : overview.states) {
    if (state == wanted) return count;
  }
  return 0;
}

}  // namespace

std::int64_t LeftIn(const Overview& overview) {
  return CountIn(overview, State::kReceived) + CountIn(overview, State::kDue) +
         CountIn(overview, State::kSending) + CountIn(overview, State::kInDoubt);
}

bool StoodStill(const Overview& before, std::int64_t seen, const Overview& after) {
  return seen == LeftIn(before) && LeftIn(after) == LeftIn(before) &&
         CountIn(after, State::kSending) == 0 && after.last_event == before.last_event;
}

DrainState LookAtDrain(const Overview& overview, const std::vector<MessageView>& left) {
  if (LeftIn(overview) == 0) {
    return ReplayMoves(overview) ? DrainState::kMoving : DrainState::kDone;
  }
  if (CountIn(overview, State::kSending) + CountIn(overview, State::kReceived) > 0) {
    return DrainState::kMoving;
  }
  const bool moves =
      left.empty() || std::any_of(left.begin(), left.end(), [&](const MessageView& message) {
        return Moves(message, overview.gates);
      });
  return moves || ReplayMoves(overview) ? DrainState::kMoving : DrainState::kStuck;
}

}  // namespace utboks::app
