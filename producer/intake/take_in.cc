#include "producer/intake/take_in.h"

#include <vector>

namespace utboks {
namespace {

bool IsStored(const Answer& answer) {
  // Of one that is not found another worker says the same that we would.
  return answer.status.ok() || answer.inserted.kept || answer.status.code() == Code::kNotFound;
}

// Which of them it is shows only one by one.
Status TakeInOne(Acceptor& acceptor, Incoming& incoming, int* refused) {
  for (const bool as_refused : {false, true}) {
    const Answer answer = acceptor.Accept({&incoming, 1}, InsertMode::kEachAlone).front();
    if (answer.inserted.kept) ++*refused;
    if (IsStored(answer)) return Status();
    if (answer.status.code() != Code::kInternal || as_refused) return answer.status;
    incoming.refused =
        Status(Code::kInternal,
               "the document could not be looked at for a fault of utboks; report it, and hand the "
               "document in again when that is mended");
  }
  return Status();
}

}  // namespace

Status TakeIn(Acceptor& acceptor, std::span<Incoming> batch, int tries, int* refused,
              const std::function<void(std::size_t)>& stored) {
  for (Incoming& incoming : batch) incoming.answer_later = true;
  Status failed;
  std::size_t taken = 0;  // before the first that failed
  const std::vector<Answer> answers =
      acceptor.Accept(batch, InsertMode::kEachAlone, [&](const Answer& answer) {
        if (answer.inserted.kept) ++*refused;
        if (failed.ok() && !IsStored(answer)) failed = answer.status;
        if (failed.ok() && ++taken % Acceptor::kGroup == 0 && stored) stored(taken);
      });
  if (failed.code() != Code::kInternal || tries < kMostFaults) return failed;
  for (std::size_t i = taken; i < batch.size(); ++i) {
    if (!IsStored(answers[i])) UTBOKS_RETURN_IF_ERROR(TakeInOne(acceptor, batch[i], refused));
  }
  return Status();
}

}  // namespace utboks
