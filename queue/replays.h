// The store's view for replay as a job: a frozen set of messages that a worker sets due
// again in growing batches (replay_plan.h).  All of it stands in the store: a crash of
// whoever asked for it, or of the worker, changes nothing.
//
// Every method is as those of store.h: safe for many threads and processes, one
// transaction, durable when it returns ok.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "queue/base/status.h"
#include "queue/replay_job.h"

namespace utboks {

class Replays {
 public:
  virtual ~Replays() = default;
  // A job without messages, which nothing moves before Start.  kBusy: one runs already.
  virtual Result<std::int64_t> BeginReplay(const NewReplay& job) = 0;
  // More of its messages, with what they wait for now; one that is in it already, or is
  // not there, is passed over.  A job that nobody started within a day is forgotten.
  virtual Status AddToReplay(std::int64_t job, std::span<const Uuid> ids) = 0;
  // The set is complete.  kBusy: another was started meanwhile, and this one is gone;
  // kConflict: it was started before.
  virtual Result<ReplayJob> StartReplay(std::int64_t job) = 0;
  // For the worker, again and again: looks at what became of those that are sent, and
  // says which go now.  Nothing of them is remembered before SendReplay or RefuseReplay.
  virtual Result<ReplayTurn> NextReplay() = 0;
  // Sets them due.  Those that somebody else has acted on since are skipped.  kConflict:
  // the job does not run any more, and nothing was done.
  virtual Status SendReplay(const ReplaySend& send) = 0;
  // Its document no longer holds: it stays where it is.
  virtual Status RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) = 0;
  // What was not sent yet stays where it is.  kConflict: it has ended already; kNotFound.
  virtual Result<ReplayJob> CancelReplay(std::int64_t job, std::string_view actor,
                                         const SensitiveText& why) = 0;
  // One that has stopped goes on, its canary first.  The failure that stopped it is known
  // from now on.  kBusy: another runs; kConflict: it has not stopped; kNotFound.
  virtual Result<ReplayJob> ResumeReplay(std::int64_t job, std::string_view actor,
                                         const SensitiveText& why) = 0;
  // Newest first; `only` one of them (kNotFound when there is none).
  virtual Result<std::vector<ReplayJob>> ListReplays(std::optional<std::int64_t> only) = 0;
  // Those of its messages that failed, were refused, skipped or are blocked, by arrival.
  virtual Result<std::vector<ReplayItem>> ReplayItems(std::int64_t job, int most) = 0;
};

}  // namespace utboks
