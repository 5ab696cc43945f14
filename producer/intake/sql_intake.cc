#include "producer/intake/sql_intake.h"

#include <utility>
#include <vector>

#include "producer/intake/take_in.h"
#include "queue/base/log.h"

namespace utboks {
namespace {

constexpr Millis kAfterFailure{1'000};
constexpr int kReadAtOnce = static_cast<int>(4 * Acceptor::kGroup);

Incoming IncomingOf(ReceivedRow row) {
  Incoming incoming;
  incoming.label = "sql";
  incoming.actor = "sql:" + row.role;
  incoming.ressurs = std::move(row.ressurs);
  incoming.document = std::move(row.document);
  incoming.attachments = std::move(row.attachments);
  incoming.order_keys = std::move(row.order_keys);
  incoming.not_before = row.not_before;
  incoming.correlation = std::move(row.correlation);
  incoming.received = row.nr;
  incoming.id = row.id;
  if (row.too_large) {
    incoming.refused =
        Status(Code::kInvalid,
               "the message is larger than [intake] max_document and max_attachments allow");
  }
  return incoming;
}

}  // namespace

SqlIntake::SqlIntake(const SqlIntakeSettings& settings, const Validator& validator, Store& store,
                     Clock& clock)
    : settings_(settings),
      acceptor_(validator, store),
      inbox_(store),
      clock_(clock),
      trouble_("sql-intake", store, clock) {}

Status SqlIntake::Start() {
  thread_ = std::thread([this] { Run(); });
  return Status();
}

void SqlIntake::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SqlIntake::Run() {
  while (!stop_.stop_requested()) {
    const Result<int> taken = Take();
    trouble_.Tell(taken.status());
    if (taken.ok() && *taken > 0) continue;
    const Millis pause = taken.ok() ? settings_.pause : kAfterFailure;
    clock_.WaitUntil(clock_.Steady() + pause, stop_.get_token());
  }
}

Result<int> SqlIntake::Take() {
  Result<std::vector<ReceivedRow>> rows = inbox_.Received(kReadAtOnce, settings_.most_bytes);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return 0;
  tries_ = rows->front().nr == first_ ? tries_ + 1 : 1;
  first_ = rows->front().nr;
  std::vector<Incoming> batch;
  batch.reserve(rows->size());
  for (ReceivedRow& row : *rows) batch.push_back(IncomingOf(std::move(row)));
  int refused = 0;
  const Status status = TakeIn(acceptor_, batch, tries_, &refused);
  if (refused > 0) LogInfo("sql-refused", {{"documents", refused}});
  if (!status.ok()) return status;
  return static_cast<int>(batch.size());
}

}  // namespace utboks
