#include "producer/intake/acceptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "producer/intake/kept_refusal.h"
#include "producer/intake/offered.h"
#include "producer/intake/refusal.h"
#include "producer/xml/utf8.h"

namespace utboks {
namespace {

std::vector<SensitiveText> CleanKeys(std::vector<SensitiveText> keys) {
  std::vector<SensitiveText> clean;
  for (SensitiveText& key : keys) {
    if (!xml::IsBlank(key.reveal()) && std::ranges::find(clean, key) == clean.end()) {
      clean.push_back(std::move(key));
    }
  }
  return clean;
}

std::vector<NewAttachment> InDocumentOrder(std::span<const NewAttachment> attachments,
                                           std::span<const OfferedAttachment> offered,
                                           std::span<const SensitiveText> names) {
  std::vector<std::string_view> named;
  named.reserve(names.size());
  for (const SensitiveText& name : names) named.emplace_back(name.reveal());
  std::vector<NewAttachment> ordered;
  ordered.reserve(attachments.size());
  for (const std::size_t i : DocumentOrder(named, offered)) ordered.push_back(attachments[i]);
  return ordered;
}

Status NotTried(const Status& failed) {
  return Status(failed.code(),
                fmt::format("not tried, since storing what came before failed: {}", failed.text()));
}

Status LeftOut() {
  return Status(Code::kCancelled,
                "not stored because another document of the same call was refused");
}

// The store does not say which of them it is, but which message stands in the way.
Status OneIsTaken(const Status& taken) {
  return Status(taken.code(), fmt::format("not stored because of one document of the same call {}",
                                          taken.text()));
}

}  // namespace

bool Acceptor::Check(const Incoming& incoming, Answer& answer, NewRow& row) const {
  row.correlation = incoming.correlation;
  row.answer_later = incoming.answer_later;
  row.received = incoming.received;
  row.id = incoming.id;
  row.actor = incoming.actor;
  if (!incoming.refused.ok()) {
    answer.status = incoming.refused;
    return false;
  }
  const std::vector<OfferedAttachment> offered = Offered(incoming.attachments);
  CheckRequest request;
  request.ressurs = incoming.ressurs;
  request.attachments = offered;
  Result<Checked> checked = validator_.Check(incoming.document.reveal(), request);
  if (!checked.ok()) {
    answer.status = checked.status();
    return false;
  }
  answer.edition = checked->edition;
  answer.identifikator = checked->extract.identifikator;
  if (!checked->valid) answer.status = Status(Code::kInvalid, DescribeRefusal(*checked));
  answer.violations = std::move(checked->violations);
  answer.more_violations = checked->more;
  if (!checked->valid) return false;
  row.ressurs = checked->ressurs;
  row.document = incoming.document;
  row.attachments = InDocumentOrder(incoming.attachments, offered, checked->extract.attachments);
  row.identifikator = std::move(checked->extract.identifikator);
  row.saksreferanse = std::move(checked->extract.saksreferanse);
  row.edition = std::move(checked->edition);
  row.schema_hash = std::move(checked->schema_hash);
  row.order_keys = CleanKeys(incoming.order_keys ? *incoming.order_keys : checked->extract.persons);
  row.not_before = incoming.not_before;
  row.corrects = incoming.corrects;
  return true;
}

bool Acceptor::Keep(const Incoming& incoming, const Answer& answer, NewRow& row) const {
  // Any other failure is no word on the document: it is to be handed in again.
  const bool refused = !incoming.refused.ok() || answer.status.code() == Code::kInvalid ||
                       answer.status.code() == Code::kUsage;
  if (!incoming.answer_later || !refused) return false;
  // What no resource is called may be anything, a person's number too.
  if (validator_.catalogue().Find(incoming.ressurs) != nullptr) row.ressurs = incoming.ressurs;
  row.document = incoming.document;
  row.attachments = incoming.attachments;
  row.identifikator = answer.identifikator;
  row.edition = answer.edition;
  row.refusal = RefusalOf(answer);
  return true;
}

// Not ok when the store failed as a whole.
Status Acceptor::Store(std::vector<NewRow>& rows, std::span<Answer* const> answers,
                       InsertMode mode) {
  if (rows.empty()) return {};
  Result<std::vector<Inserted>> inserted = store_.Insert(rows, mode);
  if (inserted.ok() && inserted->size() != answers.size()) {
    inserted = Status(Code::kInternal, "the store answered for another number of messages");
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (inserted.ok()) {
      answers[i]->inserted = (*inserted)[i];
      if (!(*inserted)[i].kept) answers[i]->status = (*inserted)[i].status;
    } else {
      answers[i]->status = inserted.status();
    }
  }
  rows.clear();
  return inserted.status();
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
  Status failed;  // of the store: nothing may overtake what it did not take
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Answer& answer = answers[i];
    answer.label = batch[i].label;
    NewRow row;
    if (!failed.ok()) {
      answer.status = NotTried(failed);
    } else if (Check(batch[i], answer, row)) {
      rows.push_back(std::move(row));
      waiting.push_back(&answer);
    } else if (mode == InsertMode::kEachAlone && Keep(batch[i], answer, row)) {
      rows.push_back(std::move(row));
      waiting.push_back(&answer);
    } else {
      refused = true;
    }
    if (mode == InsertMode::kEachAlone && rows.size() == kGroup) {
      failed = Store(rows, waiting, mode);
      waiting.clear();
      tell_until(i + 1);
    }
  }
  if (mode == InsertMode::kAllOrNone && refused) {
    for (Answer* answer : waiting) answer->status = LeftOut();
  } else {
    failed = Store(rows, waiting, mode);  // the last group: nothing comes after it
    if (failed.code() == Code::kExists && waiting.size() > 1) {
      for (Answer* answer : waiting) answer->status = OneIsTaken(failed);
    }
  }
  tell_until(batch.size());
  return answers;
}

}  // namespace utboks
