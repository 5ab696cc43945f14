// A desk and a reader in memory, for tests of those who act and look through
// them.  It judges nothing: a decision puts a message into the state that the
// decision is for, unless the test has said what to answer for it.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "queue/store.h"

namespace utboks::testing {

class FakeDesk : public Desk, public Reader {
 public:
  // ---- what a test puts in and looks at ----

  // Newest last.  seq is given here.
  MessageView& AddMessage(std::string_view identifikator, State state, std::string_view ressurs,
                          std::string_view reason = "") {
    MessageView message;
    message.seq = static_cast<MessageSeq>(messages.size()) + 1;
    message.id[15] = static_cast<std::uint8_t>(message.seq & 0xff);
    message.id[14] = static_cast<std::uint8_t>(message.seq >> 8);
    message.identifikator = SensitiveText(std::string(identifikator));
    message.state = state;
    message.ressurs = ressurs;
    message.reason = reason;
    message.edition = "1.1";
    message.received = WallFromMillis(1'795'475'700'000 + message.seq);
    messages.push_back(std::move(message));
    return messages.back();
  }

  std::vector<MessageView> messages;
  std::vector<EventView> events;
  std::map<Uuid, std::vector<AttemptView>> attempts;
  std::map<Uuid, Status> answers;     // Do: for these, instead of acting
  std::map<Uuid, Payload> contents;   // a message without one has empty content
  std::vector<Uuid> purged_contents;  // Content: kNotFound
  Overview overview;
  std::vector<Purged> purge_steps;  // given one by one, then nothing more
  Status next_failure;              // the next call of any kind gives this

  std::vector<Act> acts;                // every Do, in order
  std::vector<std::string> gate_calls;  // "pause RESSURS until MS by ACTOR: WHY", …
  std::vector<std::string> audits;
  int list_calls = 0;

  // ---- Desk ----

  Result<std::vector<Acted>> Do(const Act& act) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    acts.push_back(act);
    std::vector<Acted> done;
    for (const Uuid& id : act.ids) {
      Acted one;
      one.id = id;
      MessageView* message = Lookup(id);
      if (message == nullptr) {
        one.status = Status(Code::kNotFound, "there is no such message");
      } else {
        one.from = one.to = message->state;
        if (const auto answer = answers.find(id); answer != answers.end()) {
          one.status = answer->second;
        } else {
          one.to = message->state = TargetOf(act.decision);
        }
      }
      done.push_back(std::move(one));
    }
    return done;
  }
  Status PauseGate(std::string_view gate, std::optional<WallTime> until, std::string_view actor,
                   const SensitiveText& why) override {
    return Note("pause " + std::string(gate) + " until " +
                (until ? std::to_string(ToMillis(*until)) : "resumed") + " by " +
                std::string(actor) + ": " + why.reveal());
  }
  Status ResumeGate(std::string_view gate, std::string_view actor,
                    const SensitiveText& why) override {
    return Note("resume " + std::string(gate) + " by " + std::string(actor) + ": " + why.reveal());
  }
  Status Acknowledge(std::string_view alarm, std::string_view actor,
                     const SensitiveText& why) override {
    return Note("acknowledge " + std::string(alarm) + " by " + std::string(actor) + ": " +
                why.reveal());
  }
  Result<Purged> Purge(Millis, Millis, bool, int most) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    gate_calls.push_back("purge " + std::to_string(most));
    if (purge_steps.empty()) return Purged();
    const Purged step = purge_steps.front();
    purge_steps.erase(purge_steps.begin());
    return step;
  }
  Status AuditReading(const Uuid& id, std::string_view actor) override {
    UTBOKS_RETURN_IF_ERROR(TakeFailure());
    audits.push_back(FormatUuid(id) + " " + std::string(actor));
    return Status();
  }

  // ---- Reader ----

  Result<std::vector<MessageView>> List(const Filter& filter) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    ++list_calls;
    std::vector<MessageView> found;
    for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
      if (filter.limit > 0 && found.size() == static_cast<std::size_t>(filter.limit)) break;
      if (Matches(filter, *it)) found.push_back(*it);
    }
    return found;
  }
  Result<std::vector<MessageView>> Find(std::string_view id, bool) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    std::vector<MessageView> found;
    for (const MessageView& message : messages) {
      if (FormatUuid(message.id) == id || message.identifikator.reveal() == id) {
        found.push_back(message);
      }
    }
    if (found.empty()) return Status(Code::kNotFound, "there is no such message");
    return found;
  }
  Result<std::vector<AttemptView>> Attempts(const Uuid& id, bool with_answers) override {
    std::vector<AttemptView> rows = attempts[id];
    for (AttemptView& row : rows) {
      if (!with_answers) row.answer = SensitiveText();
    }
    return rows;
  }
  Result<std::vector<EventView>> Events(std::int64_t after, int limit,
                                        const std::optional<Uuid>& message) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    std::vector<EventView> found;
    for (const EventView& event : events) {
      if (event.id <= after || (message && event.message != *message)) continue;
      if (limit > 0 && found.size() == static_cast<std::size_t>(limit)) break;
      found.push_back(event);
    }
    return found;
  }
  Result<Payload> Content(const Uuid& id) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    if (std::find(purged_contents.begin(), purged_contents.end(), id) != purged_contents.end()) {
      return Status(Code::kNotFound, "its content has been removed by purge");
    }
    if (const auto found = contents.find(id); found != contents.end()) return found->second;
    Payload payload;
    if (const MessageView* message = Lookup(id)) payload.ressurs = message->ressurs;
    return payload;
  }
  Result<Overview> Look() override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    return overview;
  }

 private:
  static State TargetOf(Decision decision) {
    switch (decision) {
      case Decision::kHold:
        return State::kHeld;
      case Decision::kRelease:
      case Decision::kReplay:
        return State::kDue;
      case Decision::kCancel:
        return State::kCancelled;
      case Decision::kClose:
        return State::kClosed;
    }
    return State::kDue;
  }
  static bool Matches(const Filter& filter, const MessageView& message) {
    const auto& states = filter.states;
    return (states.empty() ||
            std::find(states.begin(), states.end(), message.state) != states.end()) &&
           (filter.ressurs.empty() || filter.ressurs == message.ressurs) &&
           (filter.reason.empty() || filter.reason == message.reason) &&
           (!filter.since || message.received >= *filter.since) &&
           (!filter.until || message.received < *filter.until) &&
           (!filter.blocked || message.waits_for.kind == WaitsFor::Kind::kHead) &&
           (!filter.below || message.seq < *filter.below);
  }
  MessageView* Lookup(const Uuid& id) {
    for (MessageView& message : messages) {
      if (message.id == id) return &message;
    }
    return nullptr;
  }
  Status Note(std::string call) {
    UTBOKS_RETURN_IF_ERROR(TakeFailure());
    gate_calls.push_back(std::move(call));
    return Status();
  }
  Status TakeFailure() {
    Status failure = next_failure;
    next_failure = Status();
    return failure;
  }
};

}  // namespace utboks::testing
