// A whole store in memory for tests of the command line: what FakeDesk does, rows
// that are put in, and nothing that delivers.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "queue/store.h"
#include "tests/support/fake_desk.h"
#include "tests/support/fake_notice_board.h"
#include "tests/support/fake_replays.h"

namespace utboks::testing {

class FakeStore final : public Store {
 public:
  FakeDesk desk;
  FakeNoticeBoard board;
  FakeReplays replays;
  std::vector<NewRow> inserted;
  std::vector<Status> insert_answers;  // one per row, in order; then all are taken
  Status insert_failure;               // the next Insert as a whole
  std::vector<std::string> backups;
  std::vector<std::string> alarms;  // every SetAlarm: "NAME on", "NAME off"
  std::atomic<int> alarm_calls{0};  // how many, also for who looks meanwhile
  Status alarm_failure;             // what the next SetAlarm gives

  Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode) override {
    if (!insert_failure.ok()) return std::exchange(insert_failure, Status());
    std::vector<Inserted> done;
    for (const NewRow& row : rows) {
      Inserted one;
      if (!insert_answers.empty()) {
        one.status = insert_answers.front();
        insert_answers.erase(insert_answers.begin());
      }
      if (row.received) {
        std::erase_if(received,
                      [&](const ReceivedRow& put_in) { return put_in.nr == *row.received; });
      }
      if (one.status.ok()) {
        one.is_new = true;
        one.kept = row.refusal.has_value();
        one.id = desk.AddMessage(row.identifikator.reveal(),
                                 one.kept ? State::kRejected : State::kDue, row.ressurs)
                     .id;
        inserted.push_back(row);
      }
      done.push_back(std::move(one));
    }
    return done;
  }

  Result<std::int64_t> FeedPosition() override { return std::int64_t{0}; }
  Result<FeedbackApplied> ApplyFeedback(const FeedbackPage&) override { return FeedbackApplied(); }

  Result<Claimed> Claim(std::span<const Room>, int) override { return Claimed(); }
  Result<std::optional<Probe>> ClaimProbe() override { return std::optional<Probe>(); }
  Status SettleProbe(const Probe&, const HeadResult&, const std::optional<Outcome>&) override {
    return Status();
  }
  Result<HeadTurn> ClaimHead(std::string_view) override { return HeadTurn(); }
  Status LearnHead(std::string_view, const HeadResult&) override { return Status(); }
  Result<Payload> Load(const Lease& lease) override { return desk.Content(lease.id); }
  std::vector<std::optional<Payload>> LoadAhead(std::span<const Lease> leases) override {
    return std::vector<std::optional<Payload>>(leases.size());
  }
  Status HandBack(std::span<const Lease>) override { return Status(); }
  Status Settle(std::span<const Settlement>) override { return Status(); }
  Result<int> RecoverDead() override { return 0; }
  Result<std::vector<AlarmChange>> Tick() override { return std::vector<AlarmChange>(); }
  Status SetAlarm(std::string_view name, std::string_view, bool stands) override {
    if (!alarm_failure.ok()) return std::exchange(alarm_failure, Status());
    alarms.push_back(std::string(name) + (stands ? " on" : " off"));
    ++alarm_calls;
    return Status();
  }
  void WaitForChange(SteadyTime, const std::stop_token&) override {}
  // Whether it is this worker's to do, in each call; the last one stays.
  std::vector<Result<bool>> duties = {true};
  std::vector<std::string> duties_left;
  Result<bool> TakeDuty(std::string_view, Millis) override {
    Result<bool> ours = duties.front();
    if (duties.size() > 1) duties.erase(duties.begin());
    return ours;
  }
  Status LeaveDuty(std::string_view duty) override {
    duties_left.emplace_back(duty);
    return Status();
  }
  Status Backup(const std::string& path) override {
    backups.push_back(path);
    return Status();
  }

  Result<std::vector<Acted>> Do(const Act& act) override { return desk.Do(act); }
  Status PauseGate(std::string_view gate, std::optional<WallTime> until, std::string_view actor,
                   const SensitiveText& why) override {
    return desk.PauseGate(gate, until, actor, why);
  }
  Status ResumeGate(std::string_view gate, std::string_view actor,
                    const SensitiveText& why) override {
    return desk.ResumeGate(gate, actor, why);
  }
  Status Acknowledge(std::string_view alarm, std::string_view actor,
                     const SensitiveText& why) override {
    return desk.Acknowledge(alarm, actor, why);
  }
  Result<Purged> Purge(Millis content_after, Millis record_after, bool feed_read,
                       int most) override {
    return desk.Purge(content_after, record_after, feed_read, most);
  }
  Status AuditReading(const Uuid& id, std::string_view actor) override {
    return desk.AuditReading(id, actor);
  }
  Result<std::int64_t> BeginReplay(const NewReplay& job) override {
    return replays.BeginReplay(job);
  }
  Status AddToReplay(std::int64_t job, std::span<const Uuid> ids) override {
    return replays.AddToReplay(job, ids);
  }
  Result<ReplayJob> StartReplay(std::int64_t job) override { return replays.StartReplay(job); }
  Result<ReplayTurn> NextReplay() override { return replays.NextReplay(); }
  Status SendReplay(const ReplaySend& send) override { return replays.SendReplay(send); }
  Status RefuseReplay(std::int64_t job, const Uuid& id, std::string_view reason) override {
    return replays.RefuseReplay(job, id, reason);
  }
  Result<ReplayJob> CancelReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return replays.CancelReplay(job, actor, why);
  }
  Result<ReplayJob> ResumeReplay(std::int64_t job, std::string_view actor,
                                 const SensitiveText& why) override {
    return replays.ResumeReplay(job, actor, why);
  }
  Result<std::vector<ReplayJob>> ListReplays(std::optional<std::int64_t> only) override {
    return replays.ListReplays(only);
  }
  Result<std::vector<ReplayItem>> ReplayItems(std::int64_t job, int most) override {
    return replays.ReplayItems(job, most);
  }
  Result<std::vector<MessageView>> List(const Filter& filter) override { return desk.List(filter); }
  Result<std::vector<MessageView>> Find(std::string_view id, bool by_reference) override {
    return desk.Find(id, by_reference);
  }
  Result<std::vector<AttemptView>> Attempts(const Uuid& id, bool with_answers) override {
    return desk.Attempts(id, with_answers);
  }
  Result<std::vector<EventView>> Events(std::int64_t after, int limit,
                                        const std::optional<Uuid>& message) override {
    return desk.Events(after, limit, message);
  }
  Result<Payload> Content(const Uuid& id) override { return desk.Content(id); }
  Result<Overview> Look() override { return desk.Look(); }

  // Put in by SQL: what Insert is given of it is gone.
  std::vector<ReceivedRow> received;
  Result<std::vector<ReceivedRow>> Received(int most, std::int64_t) override {
    const auto count = std::min(received.size(), static_cast<std::size_t>(most));
    return std::vector(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::vector<Receiver> receivers;
  std::atomic<std::int64_t> confirmed{0};  // the last position, also for who looks meanwhile
  Result<StreamName> Stream() override {
    return StreamName{"00000000-0000-7000-8000-000000000001", 7};
  }
  Result<Receiver> OpenReceiver(std::string_view name) override {
    for (const Receiver& one : receivers) {
      if (one.name == name) return one;
    }
    receivers.push_back({std::string(name), 0, {}, 0});
    return receivers.back();
  }
  Status confirm_failure;  // of the next ConfirmEvents
  Status ConfirmEvents(std::string_view name, std::int64_t from, std::int64_t position) override {
    if (!confirm_failure.ok()) return std::exchange(confirm_failure, Status());
    for (Receiver& one : receivers) {
      if (one.name != name || one.position != from) continue;
      one.position = position;
      confirmed = position;
      return Status();
    }
    return Status(Code::kConflict, "it is elsewhere");
  }
  Result<std::vector<Receiver>> ListReceivers() override { return receivers; }
  Status MoveReceiver(std::string_view name, std::int64_t position, std::string_view) override {
    for (Receiver& one : receivers) {
      if (one.name != name) continue;
      one.position = position;
      return Status();
    }
    return Status(Code::kNotFound, "there is no such receiver");
  }

  Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) override {
    return board.Notices(feed);
  }
  Status KeepNotices(std::string_view feed, const NoticeChanges& changes) override {
    return board.KeepNotices(feed, changes);
  }
  Status ForgetFeedsBut(std::span<const std::string> feeds) override {
    return board.ForgetFeedsBut(feeds);
  }
};

}  // namespace utboks::testing
