// A small language for tests of a Store: rows, outcomes, and what one expects.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "queue/base/random.h"
#include "queue/store.h"
#include "tests/conformance/store_maker.h"
#include "tests/support/manual_clock.h"

namespace utboks::testing {

inline NewRow Row(const std::string& identifikator, const std::vector<std::string>& keys = {},
                  const std::string& ressurs = "doedsfall_v1") {
  NewRow row;
  row.ressurs = ressurs;
  row.identifikator = SensitiveText(identifikator);
  row.document = SensitiveText("<melding>" + identifikator + "</melding>");
  for (const std::string& key : keys) row.order_keys.emplace_back(key);
  row.edition = "1.2";
  row.schema_hash = "abc";
  row.actor = "test";
  return row;
}

inline Outcome Accepted(const std::string& reference = "ref-1") {
  Outcome outcome;
  outcome.verdict = Verdict::kAccepted;
  outcome.result = AttemptResult::kAnswered;
  outcome.gate = GateEffect::kSuccess;
  outcome.scope = Scope::kNone;
  outcome.http_status = 202;
  outcome.reference = reference;
  return outcome;
}

inline Outcome ServerError() {
  Outcome outcome;
  outcome.verdict = Verdict::kRetry;
  outcome.scope = Scope::kResource;
  outcome.gate = GateEffect::kCount;
  outcome.result = AttemptResult::kAnswered;
  outcome.counted = true;
  outcome.http_status = 500;
  outcome.reason = "http-500";
  return outcome;
}

inline Outcome Unanswered() {
  Outcome outcome;
  outcome.verdict = Verdict::kInDoubt;
  outcome.scope = Scope::kResource;
  outcome.gate = GateEffect::kCount;
  outcome.result = AttemptResult::kUnanswered;
  outcome.counted = true;
  outcome.reason = "unanswered-timeout";
  return outcome;
}

inline Outcome Refused() {
  Outcome outcome;
  outcome.verdict = Verdict::kRetry;
  outcome.scope = Scope::kSite;
  outcome.gate = GateEffect::kClose;
  outcome.result = AttemptResult::kNotSent;
  outcome.reason = "connect-refused";
  return outcome;
}

inline Outcome Rejected() {
  Outcome outcome;
  outcome.verdict = Verdict::kReject;
  outcome.scope = Scope::kMessage;
  outcome.result = AttemptResult::kAnswered;
  outcome.http_status = 400;
  outcome.reason = "feilkode";
  outcome.feilkode = "ske.folkeregister.ValideringsFeil";
  outcome.answer = "<folkeregisterFeilmelding/>";
  return outcome;
}

inline Outcome Throttled(Millis wait) {
  Outcome outcome;
  outcome.verdict = Verdict::kRetry;
  outcome.scope = Scope::kSite;
  outcome.gate = GateEffect::kNotBefore;
  outcome.result = AttemptResult::kAnswered;
  outcome.wait = wait;
  outcome.http_status = 429;
  outcome.reason = "throttled";
  return outcome;
}

inline HeadResult HeadAnswered(int status = 200) {
  HeadResult head;
  head.asked = head.answered = true;
  head.http_status = status;
  return head;
}

class StoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreTest() : maker_(GetParam().make()), random_(SeededRandom(20'261'123)) {
    options_.environment = "test";
    options_.organisation_number = "100101688";
    options_.host = "host";
    options_.worker = "worker-1";
    options_.min_free = 0;
    options_.delivery.rate_limit_per_minute = 0;
    options_.clock = &clock_;
    options_.random = random_.get();
    options_.create = true;
    options_.migrate = true;
  }

  void SetUp() override { Open(); }
  // Whatever a test has done, what is counted is what is there.
  void TearDown() override {
    if (store_ == nullptr) return;
    Filter everything;
    everything.limit = 0;
    const Result<Overview> overview = store_->Look();
    const Result<std::vector<MessageView>> all = store_->List(everything);
    if (!overview.ok() || !all.ok()) return;  // it has damaged it
    std::map<State, std::int64_t> there;
    for (const MessageView& view : *all) ++there[view.state];
    for (const auto& [state, count] : overview->states) {
      EXPECT_EQ(count, there[state]) << StateName(state);
    }
  }

  void Open() {
    store_.reset();
    Result<std::unique_ptr<Store>> store = maker_->Open(options_);
    ASSERT_TRUE(store.ok()) << store.status().text();
    store_ = std::move(store).value();
  }

  // The worker has died, and one of its name has come in its place.
  Result<int> WorkerStartsAgain() {
    if (maker_->durable()) {
      options_.as_worker = true;
      Open();
      options_.as_worker = false;
    }
    return store_->RecoverDead();
  }

  Inserted Put(const NewRow& row) {
    const Result<std::vector<Inserted>> done = store_->Insert({&row, 1}, InsertMode::kEachAlone);
    EXPECT_TRUE(done.ok()) << done.status().text();
    return done.ok() ? (*done)[0] : Inserted{};
  }

  Claimed ClaimUpTo(int rows, const std::vector<std::string>& resources = {"doedsfall_v1"}) {
    std::vector<Room> room;
    room.reserve(resources.size());
    for (const std::string& ressurs : resources) room.push_back({ressurs, rows});
    const Result<Claimed> claimed = store_->Claim(room, rows);
    EXPECT_TRUE(claimed.ok()) << claimed.status().text();
    return claimed.ok() ? *claimed : Claimed{};
  }

  // Claims one and settles it.
  void SendOne(const Outcome& outcome) {
    const Claimed claimed = ClaimUpTo(1);
    ASSERT_EQ(claimed.rows.size(), 1U);
    Settle(claimed.rows[0], outcome);
  }

  void Settle(const Lease& lease, const Outcome& outcome) {
    const Settlement done{lease, outcome};
    const Status status = store_->Settle({&done, 1});
    EXPECT_TRUE(status.ok()) << status.text();
  }

  MessageView See(const Uuid& id) {
    const Result<std::vector<MessageView>> found = store_->Find(FormatUuid(id), false);
    EXPECT_TRUE(found.ok()) << found.status().text();
    return found.ok() ? (*found)[0] : MessageView{};
  }
  State StateOf(const Uuid& id) { return See(id).state; }

  Acted Decide(Decision decision, const Uuid& id, const std::function<void(Act&)>& with = {}) {
    Act act;
    act.decision = decision;
    act.ids = {id};
    act.actor = "cli:kari";
    act.why = SensitiveText("because");
    if (with) with(act);
    const Result<std::vector<Acted>> done = store_->Do(act);
    EXPECT_TRUE(done.ok()) << done.status().text();
    return done.ok() ? (*done)[0] : Acted{};
  }

  Gate GateNamed(const std::string& name) {
    const Result<Overview> overview = store_->Look();
    EXPECT_TRUE(overview.ok()) << overview.status().text();
    for (const Gate& gate : overview->gates) {
      if (gate.name == name) return gate;
    }
    return Gate{};
  }

  std::vector<std::string> EventsOf(const Uuid& id) {
    const Result<std::vector<EventView>> events = store_->Events(0, 0, id);
    EXPECT_TRUE(events.ok()) << events.status().text();
    std::vector<std::string> words;
    for (const EventView& event : *events) words.push_back(event.event);
    return words;
  }

  ManualClock clock_;
  std::unique_ptr<StoreMaker> maker_;
  std::unique_ptr<Random> random_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

}  // namespace utboks::testing
