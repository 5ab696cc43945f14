// A register without a network: answers as its script says, and remembers what it
// was sent.  One FakeRegister serves all clients; safe for many threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "producer/submit/register_client.h"

namespace utboks::testing {

class FakeRegister {
 public:
  struct Request {
    std::string identifikator;
    std::string document;
    bool accepted = false;
  };
  // What a message gets the n-th time (from 1) it is sent.
  using Script = std::function<Outcome(const std::string& identifikator, int time)>;

  explicit FakeRegister(Script script) : script_(std::move(script)) {}

  static Outcome Accept() {
    Outcome outcome;
    outcome.verdict = Verdict::kAccepted;
    outcome.result = AttemptResult::kAnswered;
    outcome.gate = GateEffect::kSuccess;
    outcome.http_status = 202;
    outcome.reference = "ref";
    return outcome;
  }

  std::unique_ptr<RegisterClient> Client() { return std::make_unique<OneClient>(*this); }

  // Blocks every Submit (of one resource, where it is named) until Open; a blocked one
  // ends when it is cut off.
  void Shut(const std::string& ressurs = "") { Set(true, ressurs, false); }
  // The same, but HEAD is answered.
  void Hang(const std::string& ressurs = "") { Set(true, ressurs, true); }
  void Open() { Set(false, "", true); }

  // Waits until `condition` holds of all that was sent; false after `patience`.
  bool Await(const std::function<bool(const std::vector<Request>&)>& condition,
             std::chrono::seconds patience = std::chrono::seconds(30)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return condition(requests_); });
  }
  bool AwaitAccepted(std::size_t count) {
    return Await([&](const std::vector<Request>& requests) {
      std::size_t accepted = 0;
      for (const Request& request : requests) accepted += request.accepted ? 1 : 0;
      return accepted >= count;
    });
  }
  std::vector<Request> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  int heads() const { return static_cast<int>(heads_asked().size()); }
  // Of which resources HEAD was asked, in order.
  std::vector<std::string> heads_asked() const {
    std::lock_guard lock(mutex_);
    return heads_;
  }
  bool AwaitHeads(std::size_t count, std::chrono::seconds patience = std::chrono::seconds(30)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return heads_.size() >= count; });
  }
  // What each HEAD gets from now on; without it, 200, or no answer while it is shut.
  void AnswerHead(const HeadResult& head) {
    std::lock_guard lock(mutex_);
    head_ = head;
  }

 private:
  class OneClient final : public RegisterClient {
   public:
    explicit OneClient(FakeRegister& owner) : owner_(owner) {}
    Outcome Submit(const Payload& payload, SteadyTime, const std::stop_token& stop) override {
      return owner_.Submit(payload, stop);
    }
    HeadResult Head(std::string_view ressurs, SteadyTime, const std::stop_token&) override {
      return owner_.Head(ressurs);
    }

   private:
    FakeRegister& owner_;
  };

  Outcome Submit(const Payload& payload, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const std::string& identifikator = payload.identifikator.reveal();
    const int time = ++times_[identifikator];
    requests_.push_back({identifikator, payload.document.reveal(), false});
    const std::size_t mine = requests_.size() - 1;
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [&] { return !Blocks(payload.ressurs); })) {
      Outcome cut;
      cut.verdict = Verdict::kInDoubt;
      cut.scope = Scope::kResource;
      cut.gate = GateEffect::kCount;
      cut.result = AttemptResult::kUnanswered;
      cut.interrupted = true;
      cut.reason = "interrupted";
      return cut;
    }
    Outcome outcome = script_(identifikator, time);
    requests_[mine].accepted = outcome.verdict == Verdict::kAccepted;
    changed_.notify_all();
    return outcome;
  }

  HeadResult Head(std::string_view ressurs) {
    std::lock_guard lock(mutex_);
    heads_.emplace_back(ressurs);
    changed_.notify_all();
    if (head_) return *head_;
    HeadResult head;
    head.asked = true;
    const bool shut = Blocks(ressurs) && !heads_answered_;
    head.answered = !shut;
    head.http_status = shut ? 0 : 200;
    head.reason = shut ? "connect-refused" : "";
    return head;
  }

  bool Blocks(std::string_view ressurs) const {  // mutex_ is held
    return shut_ && (shut_ressurs_.empty() || shut_ressurs_ == ressurs);
  }

  void Set(bool shut, const std::string& ressurs, bool heads_answered) {
    {
      std::lock_guard lock(mutex_);
      shut_ = shut;
      heads_answered_ = heads_answered;
      shut_ressurs_ = ressurs;
    }
    changed_.notify_all();
  }

  const Script script_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // All guarded by mutex_.
  std::vector<Request> requests_;
  std::map<std::string, int> times_;
  bool shut_ = false;
  bool heads_answered_ = true;
  std::string shut_ressurs_;
  std::vector<std::string> heads_;
  std::optional<HeadResult> head_;
};

}  // namespace utboks::testing
