#include "producer/ops/replay_jobs.h"

#include <algorithm>
#include <span>
#include <utility>

namespace utboks {
namespace {

// Large enough to share a commit, small enough that a worker waits for no one.
constexpr std::size_t kGroup = 500;

std::string_view WordOf(const Status& refused) {
  switch (refused.code()) {
    case Code::kNotFound:
      return "purged";
    case Code::kAltered:
      return "altered";
    default:
      return "invalid";
  }
}

}  // namespace

Result<ReplayJob> ReplayJobs::Start(const std::vector<Uuid>& ids, const ReplayOptions& options,
                                    const Actor& actor, const Operator::Progress& progress) {
  NewReplay job;
  job.again = options.again;
  job.after_followers = options.after_followers;
  job.canary = options.canary;
  job.per_minute = options.per_minute;
  job.actor = actor.name;
  job.why = actor.why;
  const auto id = replays_.BeginReplay(job);
  if (!id.ok()) return id.status();
  const std::span<const Uuid> all(ids);
  for (std::size_t from = 0; from < all.size(); from += kGroup) {
    const std::size_t count = std::min(kGroup, all.size() - from);
    UTBOKS_RETURN_IF_ERROR(replays_.AddToReplay(*id, all.subspan(from, count)));
    if (progress) progress(from + count);
  }
  return replays_.StartReplay(*id);
}

Result<ReplayJob> ReplayJobs::One(std::int64_t id) {
  auto jobs = replays_.ListReplays(id);
  if (!jobs.ok()) return jobs.status();
  return std::move(jobs->front());
}

Result<ReplayJobs::Stepped> ReplayJobs::Step() {
  Stepped stepped;
  auto turn = replays_.NextReplay();
  if (!turn.ok()) return turn.status();
  stepped.ended = std::move(turn->ended);
  ReplaySend send;
  send.job = turn->job;
  const auto flush = [&]() -> Status {
    if (send.ids.empty()) return Status();
    stepped.moved = true;
    Status sent = replays_.SendReplay(send);
    send.ids.clear();
    return sent;
  };
  for (const Uuid& id : turn->ids) {
    auto checked = Revalidate(reader_, revalidator_, id);
    if (!checked.ok()) return checked.status();
    if (!checked->refused.ok()) {
      UTBOKS_RETURN_IF_ERROR(flush());
      UTBOKS_RETURN_IF_ERROR(replays_.RefuseReplay(turn->job, id, WordOf(checked->refused)));
      stepped.moved = true;
      Acted refused;
      refused.id = id;
      refused.status = std::move(checked->refused);
      stepped.refused.push_back(std::move(refused));
      continue;
    }
    // One commit for those that the same schema accepts, in their order.
    Revalidator::Accepted& accepted = checked->accepted;
    if (accepted.edition != send.edition || accepted.schema_hash != send.schema_hash) {
      UTBOKS_RETURN_IF_ERROR(flush());
      send.edition = std::move(accepted.edition);
      send.schema_hash = std::move(accepted.schema_hash);
    }
    send.ids.push_back(id);
  }
  UTBOKS_RETURN_IF_ERROR(flush());
  return stepped;
}

}  // namespace utboks
