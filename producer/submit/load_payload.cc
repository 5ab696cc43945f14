#include "producer/submit/load_payload.h"

#include <utility>

#include "queue/base/log.h"

namespace utboks {

std::optional<Payload> LoadPayload(Delivery& store, const Lease& lease,
                                   std::optional<Outcome>* outcome) {
  Result<Payload> payload = store.Load(lease);
  if (payload.ok()) return *std::move(payload);
  LogError("load-failed", {{"message", FormatUuid(lease.id)},
                           {"code", CodeName(payload.code())},
                           {"text", payload.status().text()}});
  if (payload.code() == Code::kAltered || payload.code() == Code::kNotFound) {
    Outcome held;
    held.verdict = Verdict::kHold;
    held.scope = Scope::kNone;
    held.result = AttemptResult::kNotSent;
    held.reason = "unreadable";
    *outcome = std::move(held);
  }
  return std::nullopt;
}

}  // namespace utboks
