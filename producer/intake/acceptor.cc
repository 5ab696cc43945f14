#include "producer/intake/acceptor.h"

#include <fmt/format.h>

#include <utility>

namespace utboks {
namespace {

Status Refusal(const Answer& answer) {
  const std::size_t count = answer.violations.size() + answer.more_violations;
  if (count == 0) return Status(Code::kInvalid, "the document is not valid");
  const Violation& first = answer.violations.front();
  return Status(Code::kInvalid,
                fmt::format("{} violation{}; the first: {} (line {}, column {}{}{}); nothing was "
                            "stored, correct the document and hand it in again",
                            count, count == 1 ? "" : "s", first.text, first.line, first.column,
                            first.path.empty() ? "" : ", ", first.path));
}

Status LeftOut() {
  return Status(Code::kCancelled,
                "not stored because another document of the same call was refused");
}

}  // namespace

bool Acceptor::Check(const Incoming& incoming, Answer& answer, NewRow& row) const {
  CheckRequest request;
  request.ressurs = incoming.ressurs;
  Result<Checked> checked = validator_.Check(incoming.document.reveal(), request);
  if (!checked.ok()) {
    answer.status = checked.status();
    return false;
  }
  answer.edition = checked->edition;
  answer.identifikator = checked->extract.identifikator;
  if (!checked->valid) {
    answer.violations = std::move(checked->violations);
    answer.more_violations = checked->more;
    answer.status = Refusal(answer);
    return false;
  }
  row.ressurs = checked->ressurs;
  row.document = incoming.document;
  row.identifikator = std::move(checked->extract.identifikator);
  row.saksreferanse = std::move(checked->extract.saksreferanse);
  row.edition = std::move(checked->edition);
  row.schema_hash = std::move(checked->schema_hash);
  row.order_keys = incoming.order_keys ? *incoming.order_keys : std::move(checked->extract.persons);
  row.not_before = incoming.not_before;
  row.actor = incoming.actor;
  return true;
}

void Acceptor::Store(std::vector<NewRow>& rows, std::span<Answer* const> answers, InsertMode mode) {
  if (rows.empty()) return;
  const Result<std::vector<Inserted>> inserted = store_.Insert(rows, mode);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (inserted.ok()) {
      answers[i]->inserted = (*inserted)[i];
      answers[i]->status = (*inserted)[i].status;
    } else {
      answers[i]->status = inserted.status();
    }
  }
  rows.clear();
}

std::vector<Answer> Acceptor::Accept(std::span<const Incoming> batch, InsertMode mode,
                                     const std::function<void(const Answer&)>& each) {
  std::vector<Answer> answers(batch.size());
  std::vector<NewRow> rows;
  std::vector<Answer*> waiting;  // good, and not yet stored
  std::size_t told = 0;
  const auto tell_until = [&](std::size_t end) {
    for (; told < end; ++told) {
      if (each) each(answers[told]);
    }
  };
  bool refused = false;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Answer& answer = answers[i];
    answer.label = batch[i].label;
    NewRow row;
    if (Check(batch[i], answer, row)) {
      rows.push_back(std::move(row));
      waiting.push_back(&answer);
    } else {
      refused = true;
    }
    if (mode == InsertMode::kEachAlone && rows.size() == kGroup) {
      Store(rows, waiting, mode);
      waiting.clear();
      tell_until(i + 1);
    }
  }
  if (mode == InsertMode::kAllOrNone && refused) {
    for (Answer* answer : waiting) answer->status = LeftOut();
  } else {
    Store(rows, waiting, mode);
  }
  tell_until(batch.size());
  return answers;
}

}  // namespace utboks
