// RegisterClients whose n-th request fails, counted over all of them together.
#pragma once

#include <memory>
#include <utility>

#include "producer/submit/register_client.h"
#include "tests/support/fault_plan.h"

namespace utboks::testing {

enum class ClientFault {
  kNotSent,      // refused: nothing has left
  kRequestLost,  // unanswered, and the register never saw it
  kAnswerLost,   // unanswered, and the register has dealt with it
  kServerError,  // 500, and the register does not know of it
};

enum class ClientCall { kSubmit, kHead };

// Shared by the clients of one test; outlives them.
struct ClientFaults {
  ClientFault kind = ClientFault::kNotSent;
  FaultPlan<ClientCall> plan;
};

class FaultClient final : public RegisterClient {
 public:
  FaultClient(std::unique_ptr<RegisterClient> client, ClientFaults& faults)
      : client_(std::move(client)), faults_(faults) {}

  Outcome Submit(const Payload& payload, SteadyTime deadline,
                 const std::stop_token& stop) override {
    if (!faults_.plan.Meets(ClientCall::kSubmit)) return client_->Submit(payload, deadline, stop);
    if (faults_.kind == ClientFault::kAnswerLost) (void)client_->Submit(payload, deadline, stop);
    return Failure(faults_.kind);
  }

  HeadResult Head(std::string_view ressurs, SteadyTime deadline,
                  const std::stop_token& stop) override {
    if (!faults_.plan.Meets(ClientCall::kHead)) return client_->Head(ressurs, deadline, stop);
    HeadResult head;
    head.asked = true;
    head.answered = faults_.kind == ClientFault::kServerError;
    head.http_status = head.answered ? 500 : 0;
    head.scope = head.answered ? Scope::kResource : Scope::kSite;
    head.gate = head.answered ? GateEffect::kCount : GateEffect::kClose;
    head.reason = head.answered ? "" : "connect-refused";
    return head;
  }

  static Outcome Failure(ClientFault kind) {
    Outcome outcome;
    outcome.counted = true;
    outcome.scope = Scope::kResource;
    outcome.gate = GateEffect::kCount;
    switch (kind) {
      case ClientFault::kNotSent:
        outcome.verdict = Verdict::kRetry;
        outcome.scope = Scope::kSite;
        outcome.gate = GateEffect::kClose;
        outcome.result = AttemptResult::kNotSent;
        outcome.counted = false;
        outcome.reason = "connect-refused";
        break;
      case ClientFault::kRequestLost:
      case ClientFault::kAnswerLost:
        outcome.verdict = Verdict::kInDoubt;
        outcome.result = AttemptResult::kUnanswered;
        outcome.reason = "unanswered-timeout";
        break;
      case ClientFault::kServerError:
        outcome.verdict = Verdict::kRetry;
        outcome.result = AttemptResult::kAnswered;
        outcome.http_status = 500;
        outcome.reason = "http-500";
        break;
    }
    return outcome;
  }

 private:
  const std::unique_ptr<RegisterClient> client_;
  ClientFaults& faults_;
};

}  // namespace utboks::testing
