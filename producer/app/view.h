// How messages, events, gates and alarms are shown: the fields of interface.md §2
// as JSON, and rows of a table for people.  Identifiers that look like a person's
// number are masked; content and reasons given by people are not shown here.  Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "producer/app/table.h"
#include "queue/base/json.h"
#include "queue/message.h"

namespace utboks::app {

// "time", "head:ID", "gate:NAME", "rate"; "" when it does not wait for any of these.
std::string WaitsForText(const WaitsFor& waits_for);
// "" is the site's gate; people and JSON see it as "site".
std::string GateName(std::string_view gate);

JsonObject MessageJson(const MessageView& message);
JsonObject AttemptJson(const AttemptView& attempt);
JsonObject GateJson(const Gate& gate, WallTime now);
JsonObject AlarmJson(const AlarmView& alarm);
JsonObject ActedJson(const Acted& acted);

// What stands at a gate, as `status` shows it.
struct GateSummary {
  bool open = true;
  std::string reason;  // its marks and why, "; " between; "" when open
  std::optional<WallTime> since;
  std::optional<WallTime> next;  // probe, end of pause, end of a 429's wait
};
GateSummary Summarize(const Gate& gate, WallTime now);

// "1 message", "2 messages"
std::string Messages(std::int64_t count);

Table MessageTable();
void AddRow(Table& table, const MessageView& message);
// One line: "0193…  held → due", or why not.
std::string ActedLine(const Acted& acted);

}  // namespace utboks::app
