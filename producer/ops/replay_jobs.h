// Replay as a job: how people start, look at and end one, and the one step by which a
// worker moves it on.  The set is frozen in the store before the first message goes, so
// that nobody has to stay for it; each document is held against today's contracts before
// it is set due.
//
// Safe for many threads when replays, reader and revalidator are; keeps nothing between
// calls.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "producer/ops/operator.h"
#include "producer/ops/revalidator.h"
#include "queue/replay_job.h"
#include "queue/store.h"

namespace utboks {

struct ReplayOptions {
  bool again = false, after_followers = false;  // as in ActOptions
  int canary = 1;                               // so many go alone at first
  int per_minute = 0;                           // 0: no rate of its own
};

class ReplayJobs {
 public:
  // All must outlive it.
  ReplayJobs(Replays& replays, Reader& reader, Revalidator& revalidator)
      : replays_(replays), reader_(reader), revalidator_(revalidator) {}

  // Writes the set down and starts its canary; nothing goes before that.  kBusy: another
  // job runs.  `progress` is told how many are written down; may be empty.
  Result<ReplayJob> Start(const std::vector<Uuid>& ids, const ReplayOptions& options,
                          const Actor& actor, const Operator::Progress& progress = {});

  Result<std::vector<ReplayJob>> List() { return replays_.ListReplays(std::nullopt); }
  // kNotFound says what to do.
  Result<ReplayJob> One(std::int64_t id);
  Result<std::vector<ReplayItem>> Items(std::int64_t id, int most) {
    return replays_.ReplayItems(id, most);
  }
  Result<ReplayJob> Cancel(std::int64_t id, const Actor& actor) {
    return replays_.CancelReplay(id, actor.name, actor.why);
  }
  Result<ReplayJob> Resume(std::int64_t id, const Actor& actor) {
    return replays_.ResumeReplay(id, actor.name, actor.why);
  }

  struct Stepped {
    bool moved = false;              // messages went: there may be more at once
    std::optional<ReplayJob> ended;  // it is done, or has stopped, just now
    std::vector<Acted> refused;      // for the log
  };
  // Moves the job that runs on by one group.  A failure is the store's: what the group had
  // done stands, and the next step goes on from there.
  Result<Stepped> Step();

 private:
  Replays& replays_;
  Reader& reader_;
  Revalidator& revalidator_;
};

}  // namespace utboks
