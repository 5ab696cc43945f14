#include "tests/crash/agreement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "queue/reason.h"
#include "tests/crash/outbox.h"

namespace utboks::testing {
namespace {

// What the register saw of one message.
struct Seen {
  std::set<std::string> hashes;
  std::optional<std::size_t> first_sent, first_accepted;  // places in the journal
  std::vector<std::string> references;                    // one for each time it was accepted
  int sends = 0;
};

std::map<std::string, Seen> WhatWasSeen(const std::vector<JournalLine>& journal) {
  std::map<std::string, Seen> seen;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const JournalLine& line = journal[i];
    if (line.method != "POST") continue;
    Seen& message = seen[line.identifier];
    if (line.event == "begin") {
      ++message.sends;
      message.hashes.insert(line.sha256);
      if (!message.first_sent) message.first_sent = i;
    } else if (line.event == "end" && line.accepted) {
      message.references.push_back(line.reference);
      if (!message.first_accepted) message.first_accepted = i;
    }
  }
  return seen;
}

// The store's own history of one message: accepted once, every attempt before left
// without an answer, not sent, or answered by something to be tried again.
void CheckHistory(Store& store, const MessageView& view, const Seen& seen, Agreement& agreement) {
  EXPECT_EQ(view.state, State::kAccepted) << StateName(view.state) << " " << view.reason;
  EXPECT_NE(std::find(seen.references.begin(), seen.references.end(), view.reference),
            seen.references.end())
      << "the receipt in the store is none that the register gave";
  const auto events = store.Events(0, 0, view.id);
  ASSERT_TRUE(events.ok()) << events.status().text();
  EXPECT_EQ(std::count_if(events->begin(), events->end(),
                          [](const EventView& event) { return event.event == "accepted"; }),
            1);
  auto attempts = store.Attempts(view.id, false);
  ASSERT_TRUE(attempts.ok()) << attempts.status().text();
  std::sort(attempts->begin(), attempts->end(),
            [](const AttemptView& a, const AttemptView& b) { return a.id < b.id; });
  ASSERT_FALSE(attempts->empty());
  EXPECT_EQ(attempts->back().http_status, 202);
  int unanswered = 0;
  for (std::size_t i = 0; i + 1 < attempts->size(); ++i) {
    const AttemptView& attempt = (*attempts)[i];
    EXPECT_NE(attempt.result, AttemptResult::kOpen);
    EXPECT_NE(attempt.http_status, 202) << "sent again after its receipt";
    if (attempt.result == AttemptResult::kUnanswered) ++unanswered;
    if (attempt.reason == reason::kWorkerDied) ++agreement.cut_off;
  }
  EXPECT_LE(seen.sends, static_cast<int>(attempts->size())) << "sent without an attempt";
  const int again = static_cast<int>(seen.references.size()) - 1;
  EXPECT_LE(again, unanswered) << "taken again though it was not in doubt";
  agreement.accepted_again += again;
}

}  // namespace

Agreement CheckAgreement(Store& store, const std::vector<JournalLine>& journal,
                         const std::vector<std::string>& ids, int persons) {
  Agreement agreement;
  const std::map<std::string, Seen> seen = WhatWasSeen(journal);
  EXPECT_EQ(seen.size(), ids.size()) << "messages that the register has seen";
  Filter all;
  all.limit = 0;
  const auto stored = store.List(all);
  EXPECT_TRUE(stored.ok()) << stored.status().text();
  if (stored.ok()) {
    EXPECT_EQ(stored->size(), ids.size());
  }

  const auto seen_of = [&](std::size_t n) {
    const auto found = seen.find(Outbox::Identifier(static_cast<int>(n)));
    return found == seen.end() ? Seen() : found->second;
  };
  for (std::size_t n = 0; n < ids.size(); ++n) {
    SCOPED_TRACE(Outbox::Identifier(static_cast<int>(n)));
    const auto found = store.Find(ids[n], false);
    EXPECT_TRUE(found.ok()) << "acknowledged and gone: " << found.status().text();
    if (!found.ok()) continue;
    EXPECT_EQ((*found)[0].identifikator.reveal(), Outbox::Identifier(static_cast<int>(n)));
    const Seen message = seen_of(n);
    EXPECT_EQ(message.hashes.size(), 1U) << "other bytes, or never sent";
    EXPECT_TRUE(message.first_accepted.has_value()) << "the register never took it";
    CheckHistory(store, (*found)[0], message, agreement);
    if (n < static_cast<std::size_t>(persons)) continue;
    const Seen ahead = seen_of(n - static_cast<std::size_t>(persons));
    if (!ahead.first_accepted || !message.first_sent) continue;
    EXPECT_LT(*ahead.first_accepted, *message.first_sent) << "overtook the one ahead of it";
  }
  const auto overview = store.Look();
  EXPECT_TRUE(overview.ok()) << overview.status().text();
  if (!overview.ok()) return agreement;
  const std::set<std::string> breaches = {"double", "accepted-late", "mixed-answer", "held"};
  for (const AlarmView& alarm : overview->alarms) {
    EXPECT_FALSE(breaches.contains(alarm.name)) << "alarm " << alarm.name;
  }
  return agreement;
}

}  // namespace utboks::testing
