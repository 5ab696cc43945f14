// Replay jobs in memory, for tests of those who start them and move them on.  It decides
// nothing: a turn gives what the test has put in.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "queue/replays.h"

namespace utboks::testing {

class FakeReplays final : public Replays {
 public:
  struct Begun {
    NewReplay with;
    std::vector<Uuid> ids;
  };
  std::vector<Begun> begun;       // the job with id n is the n-th
  std::vector<ReplayJob> jobs;    // the same, as they are seen; a test may change them
  std::vector<ReplayTurn> turns;  // given one by one, then none that does anything
  std::vector<ReplayItem> items;
  std::vector<ReplaySend> sent;
  std::vector<std::string> calls;  // "refuse ID WORD", "cancel N by ACTOR: WHY", …
  Status next_failure;             // the next call of any kind gives this

  Result<std::int64_t> BeginReplay(const NewReplay& job) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    begun.push_back({job, {}});
    ReplayJob seen;
    seen.id = std::ssize(begun);
    seen.actor = job.actor;
    seen.again = job.again;
    seen.after_followers = job.after_followers;
    seen.progress.canary = job.canary;
    seen.progress.per_minute = job.per_minute;
    jobs.push_back(seen);
    return seen.id;
  }
  Status AddToReplay(std::int64_t job, std::span<const Uuid> ids) override {
    UTBOKS_RETURN_IF_ERROR(TakeFailure());
    Begun& one = begun.at(static_cast<std::size_t>(job) - 1);
    one.ids.insert(one.ids.end(), ids.begin(), ids.end());
    jobs.at(static_cast<std::size_t>(job) - 1).progress.counts.waiting += std::ssize(ids);
    calls.push_back("add " + std::to_string(ids.size()));
    return Status();
  }
  Result<ReplayJob> StartReplay(std::int64_t job) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    BeginCanary(jobs.at(static_cast<std::size_t>(job) - 1).progress);
    return Of(job);
  }
  Result<ReplayTurn> NextReplay() override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    if (turns.empty()) return ReplayTurn();
    ReplayTurn turn = turns.front();
    turns.erase(turns.begin());
    return turn;
  }
  Status SendReplay(const ReplaySend& send) override {
    UTBOKS_RETURN_IF_ERROR(TakeFailure());
    sent.push_back(send);
    return Status();
  }
  Status RefuseReplay(std::int64_t, const Uuid& id, std::string_view reason) override {
    return Note("refuse " + FormatUuid(id) + " " + std::string(reason));
  }
  Result<ReplayJob> CancelReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return End("cancel ", job, actor, why, ReplayPhase::kCancelled);
  }
  Result<ReplayJob> ResumeReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return End("resume ", job, actor, why, ReplayPhase::kCanary);
  }
  Result<std::vector<ReplayJob>> ListReplays(std::optional<std::int64_t> only) override {
    if (auto failure = TakeFailure(); !failure.ok()) return failure;
    if (!only) return std::vector<ReplayJob>(jobs.rbegin(), jobs.rend());
    const auto job = Of(*only);
    if (!job.ok()) return job.status();
    return std::vector<ReplayJob>{*job};
  }
  Result<std::vector<ReplayItem>> ReplayItems(std::int64_t, int) override { return items; }

 private:
  Result<ReplayJob> Of(std::int64_t job) const {
    if (job < 1 || job > std::ssize(jobs)) {
      return Status(Code::kNotFound, "there is no replay job " + std::to_string(job));
    }
    return jobs[static_cast<std::size_t>(job) - 1];
  }
  Result<ReplayJob> End(std::string call, std::int64_t job, std::string_view actor,
                        const SensitiveText& why, ReplayPhase phase) {
    UTBOKS_RETURN_IF_ERROR(Note(std::move(call) + std::to_string(job) + " by " +
                                std::string(actor) + ": " + why.reveal()));
    if (const auto found = Of(job); !found.ok()) return found;
    jobs[static_cast<std::size_t>(job) - 1].progress.phase = phase;
    return Of(job);
  }
  Status Note(std::string call) {
    UTBOKS_RETURN_IF_ERROR(TakeFailure());
    calls.push_back(std::move(call));
    return Status();
  }
  Status TakeFailure() { return std::exchange(next_failure, Status()); }
};

}  // namespace utboks::testing
