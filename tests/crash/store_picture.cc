#include "tests/crash/store_picture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

namespace utboks::testing {
namespace {

// More than any test makes.
constexpr std::int64_t kMostJobs = 40;

std::string Time(const std::optional<WallTime>& time) {
  return time ? FormatUtc(*time) : "-";
}

std::string PictureOf(Reader& store, const MessageView& view) {
  const WaitsFor& waits = view.waits_for;
  std::string text = fmt::format(
      "message {} {} {} {} {} {} '{}' waits {} {} {} '{}' received {} due {} attempts {} "
      "unanswered {} reference '{}' replaces {} replaced by {}",
      view.seq, FormatUuid(view.id), view.identifikator.reveal(), view.ressurs, view.edition,
      StateName(view.state), view.reason, static_cast<int>(waits.kind), Time(waits.until),
      FormatUuid(waits.head), waits.gate, FormatUtc(view.received), Time(view.due), view.attempts,
      view.unanswered, view.reference, view.replaces ? FormatUuid(*view.replaces) : "-",
      view.replaced_by ? FormatUuid(*view.replaced_by) : "-");
  const Result<Payload> payload = store.Content(view.id);
  text += payload.ok() ? fmt::format(" holds '{}'\n", payload->document.reveal())
                       : fmt::format(" holds nothing ({})\n", CodeName(payload.code()));
  const Result<std::vector<AttemptView>> attempts = store.Attempts(view.id, true);
  EXPECT_TRUE(attempts.ok()) << attempts.status().text();
  if (!attempts.ok()) return text;
  for (const AttemptView& attempt : *attempts) {
    text += fmt::format(
        "  attempt {} from {} to {} {} counted {} probe {} http {} '{}' '{}' '{}' '{}' by {} "
        "said '{}'\n",
        attempt.id, FormatUtc(attempt.started), Time(attempt.ended),
        AttemptResultName(attempt.result), attempt.counted, attempt.probe, attempt.http_status,
        attempt.reason, attempt.feilkode, attempt.support_id, attempt.retry_after, attempt.worker,
        attempt.answer.reveal());
  }
  return text;
}

std::string PictureOf(Replays& store, const ReplayJob& job) {
  const ReplayProgress& progress = job.progress;
  const ReplayCounts& counts = progress.counts;
  std::string text = fmt::format(
      "replay {} {} '{}' '{}' by {} created {} changed {} batch {} {} {} {} of {}: {} {} {} {} {} "
      "{} {}\n",
      job.id, ReplayPhaseName(progress.phase), job.reason, job.failure, job.actor,
      FormatUtc(job.created), FormatUtc(job.changed), progress.batch, progress.batch_sent,
      progress.batch_accepted, progress.batch_failed, counts.total(), counts.waiting, counts.sent,
      counts.accepted, counts.failed, counts.refused, counts.skipped, counts.blocked);
  const Result<std::vector<ReplayItem>> items = store.ReplayItems(job.id, 1'000);
  EXPECT_TRUE(items.ok()) << items.status().text();
  if (!items.ok()) return text;
  for (const ReplayItem& item : *items) {
    text +=
        fmt::format("  {} {} '{}'\n", FormatUuid(item.id), ReplayItemName(item.state), item.reason);
  }
  return text;
}

std::string PictureOf(const EventView& event) {
  return fmt::format("event {} at {} {} of {} '{}' {} from {} to {} '{}' by {} why '{}' '{}'\n",
                     event.id, FormatUtc(event.at), event.event, FormatUuid(event.message),
                     event.identifikator.reveal(), event.ressurs,
                     event.from ? StateName(*event.from) : "-", StateName(event.to), event.reason,
                     event.actor, event.why.reveal(), event.reference);
}

std::string PictureOf(const Gate& gate) {
  return fmt::format(
      "gate '{}' outage {} '{}' {} credential {} suspect {} probes {} next {} until {} openings {} "
      "blame "
      "{} {} [{}] paused {} {} {} failed [{}] same {} not before {} alone {} head {}\n",
      gate.name, gate.outage, gate.outage_reason, Time(gate.outage_since), gate.credential,
      gate.suspect, gate.probes, Time(gate.next_probe), Time(gate.probed_until), gate.openings,
      gate.blame_run, Time(gate.blame_since), fmt::join(gate.blamed, " "), gate.paused,
      Time(gate.paused_since), Time(gate.pause_until), fmt::join(gate.failed, " "),
      gate.same_failures, Time(gate.not_before), gate.alone_next, gate.head_status);
}

}  // namespace

std::string PictureOf(Store& store) {
  std::string text;
  Filter all;
  all.limit = 0;
  const Result<std::vector<MessageView>> messages = store.List(all);
  EXPECT_TRUE(messages.ok()) << messages.status().text();
  if (messages.ok()) {
    for (const MessageView& view : *messages) text += PictureOf(store, view);
  }
  const Result<std::vector<EventView>> events = store.Events(0, 0, std::nullopt);
  EXPECT_TRUE(events.ok()) << events.status().text();
  if (events.ok()) {
    for (const EventView& event : *events) text += PictureOf(event);
  }
  // One by one: a job whose set is not complete stands in no list, and has its number.
  for (std::int64_t id = 1; id <= kMostJobs; ++id) {
    const Result<std::vector<ReplayJob>> job = store.ListReplays(id);
    EXPECT_TRUE(job.ok() || job.code() == Code::kNotFound) << job.status().text();
    if (job.ok()) text += PictureOf(store, job->front());
  }
  const Result<Overview> overview = store.Look();
  EXPECT_TRUE(overview.ok()) << overview.status().text();
  if (!overview.ok()) return text;
  for (const Gate& gate : overview->gates) text += PictureOf(gate);
  for (const AlarmView& alarm : overview->alarms) {
    text += fmt::format("alarm {} '{}' since {} count {} until seen {}\n", alarm.name,
                        alarm.subject, FormatUtc(alarm.since), alarm.count, alarm.until_seen);
  }
  return text + fmt::format("last event {}\n", overview->last_event);
}

std::string FirstDifference(const std::string& one, const std::string& other) {
  std::istringstream ones(one), others(other);
  for (std::string left, right;;) {
    const bool more_left = static_cast<bool>(std::getline(ones, left));
    const bool more_right = static_cast<bool>(std::getline(others, right));
    if (!more_left && !more_right) return "";
    if (!more_left) left = "(nothing more)";
    if (!more_right) right = "(nothing more)";
    if (left != right) return fmt::format("\n  {}\n  {}", left, right);
  }
}

}  // namespace utboks::testing
