#include "queue/rows/head.h"

#include "queue/probe.h"
#include "queue/rows/claim.h"

namespace utboks::rows {

Result<HeadTurn> ClaimHeadRow(Work& work, std::string_view ressurs) {
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = work.gates.Named(ressurs);
  if (!resource.ok()) return resource.status();
  HeadTurn turn;
  if (!LearnsAtStart((*resource)->gate, (*site)->gate)) return turn;
  if (!IsOpen((*site)->gate, work.now)) {
    turn.again = (*site)->gate.not_before;
    return turn;
  }
  const Result<int> token = TakeTokens(work, 1, 1, &turn.again);
  if (!token.ok()) return token.status();
  turn.ask = *token == 1;
  return turn;
}

Status LearnHeadRow(Work& work, std::string_view ressurs, const HeadResult& head) {
  const Result<GateRow*> site = work.gates.At(kSite);
  if (!site.ok()) return site.status();
  const Result<GateRow*> resource = work.gates.Named(ressurs);
  if (!resource.ok()) return resource.status();
  EndLearning(head, (*resource)->gate, (*site)->gate, work.store.settings, work.now);
  return WriteGates(work);
}

}  // namespace utboks::rows
