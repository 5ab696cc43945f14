#include "producer/intake/acceptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
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

Acceptor::Group Acceptor::CheckAll(std::span<const Incoming> batch, InsertMode mode) const {
  Group group;
  group.answers.resize(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Answer& answer = group.answers[i];
    answer.label = batch[i].label;
    NewRow row;
    if (Check(batch[i], answer, row) ||
        (mode == InsertMode::kEachAlone && Keep(batch[i], answer, row))) {
      group.rows.push_back(std::move(row));
      group.places.push_back(i);
    }
  }
  return group;
}

// Not ok when the store failed as a whole.
Status Acceptor::Store(Group& group, InsertMode mode) {
  if (group.rows.empty()) return {};
  Result<std::vector<Inserted>> inserted = store_.Insert(group.rows, mode);
  if (inserted.ok() && inserted->size() != group.places.size()) {
    inserted = Status(Code::kInternal, "the store answered for another number of messages");
  }
  for (std::size_t i = 0; i < group.places.size(); ++i) {
    Answer& answer = group.answers[group.places[i]];
    if (inserted.ok()) {
      answer.inserted = (*inserted)[i];
      if (!(*inserted)[i].kept) answer.status = (*inserted)[i].status;
    } else {
      answer.status = inserted.status();
    }
  }
  return inserted.status();
}

std::vector<Answer> Acceptor::AcceptAll(std::span<const Incoming> batch) {
  Group group = CheckAll(batch, InsertMode::kAllOrNone);
  if (group.rows.size() < batch.size()) {
    for (const std::size_t place : group.places) group.answers[place].status = LeftOut();
    return std::move(group.answers);
  }
  const Status failed = Store(group, InsertMode::kAllOrNone);
  if (failed.code() == Code::kExists && batch.size() > 1) {
    for (Answer& answer : group.answers) answer.status = OneIsTaken(failed);
  }
  return std::move(group.answers);
}

std::vector<Answer> Acceptor::Accept(std::span<const Incoming> batch, InsertMode mode,
                                     const std::function<void(const Answer&)>& each) {
  std::vector<Answer> answers;
  const auto tell = [&](Answer answer) {
    answers.push_back(std::move(answer));
    if (each) each(answers.back());
  };
  if (mode == InsertMode::kAllOrNone) {
    for (Answer& answer : AcceptAll(batch)) tell(std::move(answer));
    return answers;
  }
  answers.reserve(batch.size());
  const auto first_group = [](std::span<const Incoming> of) {
    return of.first(std::min(of.size(), kGroup));
  };
  Group group = CheckAll(first_group(batch), mode);
  while (!batch.empty()) {
    batch = batch.subspan(group.answers.size());
    // While one group is on its way to the disk the next is looked at, or after it where the
    // system gives no thread.
    std::future<Group> next;
    if (!batch.empty()) {
      next = std::async([&, following = first_group(batch)] { return CheckAll(following, mode); });
    }
    const Status failed = Store(group, mode);
    for (Answer& answer : group.answers) tell(std::move(answer));
    if (next.valid()) group = next.get();
    if (failed.ok()) continue;
    // Nothing may overtake what the store did not take.
    for (const Incoming& incoming : batch) {
      Answer answer;
      answer.label = incoming.label;
      answer.status = NotTried(failed);
      tell(std::move(answer));
    }
    break;
  }
  return answers;
}

}  // namespace utboks
