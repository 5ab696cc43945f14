#include "producer/app/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "producer/app/console.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

constexpr std::size_t kWidestIdentifier = 40;

void AddText(JsonObject& object, std::string_view name, std::string_view text) {
  if (text.empty()) {
    object.AddNull(name);
  } else {
    object.Add(name, text);
  }
}

void AddId(JsonObject& object, std::string_view name, const std::optional<Uuid>& id) {
  AddText(object, name, id ? FormatUuid(*id) : std::string());
}

void AddTime(JsonObject& object, std::string_view name, const std::optional<WallTime>& time) {
  if (time) {
    object.Add(name, FormatUtc(*time));
  } else {
    object.AddNull(name);
  }
}

std::string OsloOrNothing(const std::optional<WallTime>& time) {
  return time ? FormatOslo(*time) : "";
}

}  // namespace

std::string GateName(std::string_view gate) {
  return gate.empty() ? "site" : std::string(gate);
}

std::string WaitsForText(const WaitsFor& waits_for) {
  switch (waits_for.kind) {
    case WaitsFor::Kind::kTime:
      return "time";
    case WaitsFor::Kind::kHead:
      return "head:" + FormatUuid(waits_for.head);
    case WaitsFor::Kind::kGate:
      return "gate:" + GateName(waits_for.gate);
    case WaitsFor::Kind::kRate:
      return "rate";
    case WaitsFor::Kind::kNothing:
    case WaitsFor::Kind::kPerson:  // its state says so
      return "";
  }
  return "";
}

JsonObject MessageJson(const MessageView& message) {
  JsonObject object;
  object.Add("id", FormatUuid(message.id))
      .Add("avsendersMeldingsidentifikator", MaskIdentifier(message.identifikator.reveal()))
      .Add("ressurs", message.ressurs);
  AddText(object, "edition", message.edition);
  object.Add("state", StateName(message.state));
  AddText(object, "reason", message.reason);
  AddText(object, "waits_for", WaitsForText(message.waits_for));
  object.Add("received", FormatUtc(message.received));
  AddTime(object, "due", message.due);
  object.Add("attempts", message.attempts);
  AddText(object, "folkeregisterReferanse", message.reference);
  AddId(object, "replaces", message.replaces);
  AddId(object, "replaced_by", message.replaced_by);
  if (!message.refusal.reveal().empty()) object.AddJson("error", message.refusal.reveal());
  return object;
}

JsonObject AttemptJson(const AttemptView& attempt) {
  JsonObject object;
  object.Add("attempt", attempt.id).Add("started", FormatUtc(attempt.started));
  AddTime(object, "ended", attempt.ended);
  object.Add("result", AttemptResultName(attempt.result))
      .Add("counted", attempt.counted)
      .Add("probe", attempt.probe);
  if (attempt.http_status == 0) {
    object.AddNull("http_status");
  } else {
    object.Add("http_status", attempt.http_status);
  }
  AddText(object, "reason", attempt.reason);
  // The register's words, which may quote a document.
  AddText(object, "feilkode", MaskIdentifier(attempt.feilkode));
  AddText(object, "support_id", MaskIdentifier(attempt.support_id));
  AddText(object, "retry_after", MaskIdentifier(attempt.retry_after));
  AddText(object, "worker", attempt.worker);
  return object;
}

GateSummary Summarize(const Gate& gate, WallTime now) {
  GateSummary summary;
  summary.open = IsOpen(gate, now);
  const auto add = [&](const std::string& text, const std::optional<WallTime>& since,
                       const std::optional<WallTime>& next) {
    if (!summary.reason.empty()) summary.reason += "; ";
    summary.reason += text;
    if (since && (!summary.since || *since < *summary.since)) summary.since = since;
    if (next && (!summary.next || *next > *summary.next)) summary.next = next;
  };
  if (gate.outage) {
    add(gate.outage_reason.empty() ? "outage" : "outage: " + gate.outage_reason, gate.outage_since,
        gate.next_probe);
  }
  if (gate.blame_run) add("blame-run", gate.blame_since, std::nullopt);
  if (gate.paused) add("pause", gate.paused_since, gate.pause_until);
  if (gate.not_before && *gate.not_before > now) add("429", std::nullopt, gate.not_before);
  return summary;
}

JsonObject GateJson(const Gate& gate, WallTime now) {
  const GateSummary summary = Summarize(gate, now);
  JsonObject object;
  object.Add("name", GateName(gate.name)).Add("state", summary.open ? "open" : "closed");
  AddText(object, "reason", summary.reason);
  AddTime(object, "since", summary.since);
  AddTime(object, "next", summary.next);
  return object;
}

JsonObject AlarmJson(const AlarmView& alarm) {
  JsonObject object;
  object.Add("name", alarm.name);
  AddText(object, "subject", alarm.subject);
  object.Add("since", FormatUtc(alarm.since))
      .Add("count", alarm.count)
      .Add("until_acknowledged", alarm.until_seen);
  return object;
}

JsonObject ActedJson(const Acted& acted) {
  JsonObject object;
  object.Add("id", FormatUuid(acted.id));
  if (acted.status.ok()) {
    object.Add("from", StateName(acted.from)).Add("state", StateName(acted.to));
  } else {
    object.Add("error", FailureJson(acted.status));
  }
  return object;
}

std::string Messages(std::int64_t count) {
  return fmt::format("{} message{}", count, count == 1 ? "" : "s");
}

Table MessageTable() {
  return Table({"id", "received", "state", "reason", "waits for", "ressurs", "attempts",
                "avsendersMeldingsidentifikator", "folkeregisterReferanse"});
}

void AddRow(Table& table, const MessageView& message) {
  std::string waits = WaitsForText(message.waits_for);
  if (message.waits_for.kind == WaitsFor::Kind::kTime) {
    waits = OsloOrNothing(message.waits_for.until);
  } else if (message.waits_for.kind == WaitsFor::Kind::kPerson) {
    waits = "a person";
  }
  table.Row({FormatUuid(message.id), FormatOslo(message.received),
             std::string(StateName(message.state)), message.reason, waits, message.ressurs,
             std::to_string(message.attempts),
             Shortened(MaskIdentifier(message.identifikator.reveal()), kWidestIdentifier),
             message.reference});
}

std::string ActedLine(const Acted& acted) {
  if (!acted.status.ok()) {
    return fmt::format("{}  {}", FormatUuid(acted.id), acted.status.text());
  }
  return fmt::format("{}  {} → {}", FormatUuid(acted.id), StateName(acted.from),
                     StateName(acted.to));
}

}  // namespace utboks::app
