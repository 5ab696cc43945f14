#include "producer/submit/head_learner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "queue/base/log.h"

namespace utboks {
namespace {

// No token, or a store that is busy: messages come first, and there is no hurry.
constexpr Millis kAgain{1'000};

}  // namespace

HeadLearner::HeadLearner(Delivery& store, ClientFactory make_client,
                         std::vector<std::string> resources, Millis time_limit, Clock& clock)
    : store_(store),
      make_client_(std::move(make_client)),
      resources_(std::move(resources)),
      time_limit_(time_limit),
      clock_(clock) {}

HeadLearner::~HeadLearner() {
  Stop();
}

void HeadLearner::Start() {
  thread_ = std::thread([this] { Run(); });
}

void HeadLearner::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void HeadLearner::Run() {
  const std::unique_ptr<RegisterClient> client = make_client_();
  for (const std::string& ressurs : resources_) {
    if (stop_.stop_requested() || !Learn(*client, ressurs)) return;
  }
}

// False when the register does not answer: the others would fare no better, and a
// register in trouble is not to be asked more than messages ask it.
bool HeadLearner::Learn(RegisterClient& client, const std::string& ressurs) {
  const std::stop_token stop = stop_.get_token();
  for (;;) {
    const Result<HeadTurn> turn = store_.ClaimHead(ressurs);
    if (turn.ok() && turn->ask) break;
    if (turn.ok() && !turn->again) return true;
    if (!turn.ok() && turn.code() != Code::kBusy) return false;
    const Millis wait = turn.ok() ? *turn->again - clock_.Wall() : kAgain;
    if (!clock_.WaitUntil(clock_.Steady() + std::max(wait, kAgain), stop)) return false;
  }
  const HeadResult head = client.Head(ressurs, clock_.Steady() + time_limit_, stop);
  if (stop.stop_requested()) return false;
  const Status learnt = store_.LearnHead(ressurs, head);
  LogDebug("head-learnt",
           {{"ressurs", ressurs}, {"head", head.http_status}, {"kept", learnt.ok()}});
  return head.answered && !head.throttled;
}

}  // namespace utboks
