#include "producer/outcome/teller.h"

#include <algorithm>
#include <utility>

namespace utboks {
namespace {

constexpr int kPage = 256;

}  // namespace

// Where it stands; a person may have moved it.
Status Teller::Find() {
  if (open_) {
    const Result<std::vector<Receiver>> all = store_.ListReceivers();
    if (!all.ok()) return all.status();
    const auto ours = std::ranges::find(*all, receiver_, &Receiver::name);
    if (ours != all->end() && ours->position == confirmed_) return Status();
  }
  const Result<Receiver> found = store_.OpenReceiver(receiver_);
  if (!found.ok()) return found.status();
  open_ = true;
  at_ = confirmed_ = found->position;
  ahead_.clear();
  return Status();
}

std::vector<EventView> Teller::Choose(std::span<const EventView> page, std::int64_t* end) const {
  std::vector<EventView> chosen;
  std::set<Uuid> messages;
  for (const EventView& event : page) {
    const bool wanted =
        event.message != Uuid{} && events_.contains(event.event) && !ahead_.contains(event.id);
    if (wanted && !messages.insert(event.message).second) break;
    if (wanted) chosen.push_back(event);
    *end = event.id;
  }
  return chosen;
}

Status Teller::Confirm() {
  if (at_ == confirmed_) return Status();
  const Status confirmed = store_.ConfirmEvents(receiver_, confirmed_, at_);
  if (confirmed.ok()) confirmed_ = at_;
  if (confirmed.code() != Code::kConflict) return confirmed;
  open_ = false;  // it has been moved: the next turn looks where to
  return Status();
}

Result<bool> Teller::Turn() {
  UTBOKS_RETURN_IF_ERROR(Find());
  UTBOKS_RETURN_IF_ERROR(Confirm());  // where the last could not be written
  const Result<std::vector<EventView>> page = store_.Events(at_, kPage, std::nullopt);
  if (!page.ok()) return page.status();
  if (page->empty()) return false;
  std::int64_t end = at_;
  const std::vector<EventView> chosen = Choose(*page, &end);
  std::vector<Status> told;
  if (!chosen.empty()) told = sink_(chosen);
  told.resize(chosen.size(), Status(Code::kInternal, "the receiver did not answer for an event"));
  Status failure;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (told[i].ok()) {
      if (!failure.ok()) ahead_.insert(chosen[i].id);
    } else if (failure.ok()) {
      failure = told[i];
      end = chosen[i].id - 1;
    }
  }
  at_ = std::max(at_, end);
  ahead_.erase(ahead_.begin(), ahead_.upper_bound(at_));
  UTBOKS_RETURN_IF_ERROR(Confirm());
  if (!failure.ok()) return failure;
  return true;
}

}  // namespace utboks
