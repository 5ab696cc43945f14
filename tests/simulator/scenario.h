// What the simulated register does and when: the scenario file, read and checked.
//
// docs/simulator.md is the manual of its format.  Everything here is plain data;
// timeline.h plays it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks::simulator {

// How long something is held up: each time drawn from low to high.
struct Span {
  Millis low{0};
  Millis high{0};
};

// What happens to connections that are already there when the port closes.
enum class KeptAlive {
  kCut,     // ended at once, also those with a request under way
  kFinish,  // ended when idle or once the answer under way has gone
  kServe,   // left alone
};

enum class ResetAt {
  kConnect,    // before the TLS handshake
  kRequest,    // when half of the request's body has been read
  kProcessed,  // when the request has been dealt with, before any answer
  kAnswer,     // when half of the answer has gone
};

enum class LostAt { kBeforeStatus, kAfterStatus, kInBody };

enum class ReceiptForm { kOwn, kOtherIdentifier, kNoIdentifier, kGarbage, kEmpty };

// The kinds of step.  Refuse, Stall and Reset{kConnect} concern connections, all
// others single requests.
struct Refuse {
  KeptAlive kept_alive = KeptAlive::kCut;
};
struct Stall {};  // connections are accepted, the TLS handshake is never answered
struct Reset {
  ResetAt at = ResetAt::kRequest;
};
struct Hang {  // the request is read and never answered
  Millis hold{std::chrono::minutes(10)};
  bool accepted = false;  // true: the register took it all the same
};
struct Slow {  // the normal answer, dripped
  Millis interval{100};
  std::uint32_t bytes = 1;
};
struct Lost {  // the request is dealt with as always, the answer never comes whole
  LostAt at = LostAt::kBeforeStatus;
};
struct Latency {};  // only the step's delay
struct ClockOff {   // answers carry the date of a clock so far ahead (negative: behind)
  Millis ahead{0};
};
struct Error {  // a folkeregisterFeilmelding
  int status = 500;
  std::string feilkode, feilmelding;  // empty: the usual ones of that status
};
struct Page {  // an HTML page of something that stands before the register
  int status = 503;
  bool firewall = false;  // with a support id
};
struct Throttle {
  std::optional<std::string> retry_after;  // as sent; nothing: no header
};
struct Fixed {  // any answer at all
  int status = 200;
  std::string content_type, body;
  std::map<std::string, std::string> headers;
  bool accepted = false;
};
struct Receipt {  // valid documents are accepted, with a receipt out of the ordinary
  int status = 202;
  ReceiptForm form = ReceiptForm::kOwn;
};

using Action = std::variant<Refuse, Stall, Reset, Hang, Slow, Lost, Latency, ClockOff, Error, Page,
                            Throttle, Fixed, Receipt>;

// A moment: so long after the start, or a time of the calendar.
using Moment = std::variant<Millis, WallTime>;

struct Step {
  std::string name;  // of the file, else "KIND NUMBER"
  Action action;

  // When.  It begins at `from` or when `after_requests` have come, and ends at the
  // first of `until`, `lasting` and `for_requests`; with none of these, never.
  std::optional<Moment> from;
  std::optional<Moment> until;
  std::optional<Millis> lasting;
  std::uint64_t after_requests = 0;
  std::optional<std::uint64_t> for_requests;

  // Which requests.  Empty means all.
  std::vector<std::string> resources;
  std::string method;
  std::string identifier_prefix;
  std::string identifier_sha256;          // hexadecimal digits that the hash begins with
  std::optional<std::uint64_t> attempts;  // only so many first sends of each message
  double share = 1.0;                     // of those that match, drawn with the seed
  Span delay;

  // Whether the step concerns connections rather than single requests.
  bool AtTheDoor() const;
  // Whether it leaves the decision to the steps after it.
  bool NeverDecides() const;
};

struct Scenario {
  // Requests that one address may make in any 60 s; 0: no limit.
  std::uint32_t rate_limit_per_minute = 60'000;
  std::vector<std::string> not_in_agreement;  // resources that answer 403
  Millis keep_alive_timeout{60'000};          // an idle connection is closed after this
  std::uint32_t requests_per_connection = 0;  // 0: no limit
  std::vector<Step> steps;
};

// kUnreadable when the file cannot be read; kConfig, with the line, when anything
// in it is unknown, of the wrong type or makes no sense together.
Result<Scenario> ReadScenario(const std::string& path);
// The same from a text; `origin` stands for the file's name in errors.
Result<Scenario> ParseScenario(std::string_view text, const std::string& origin);

}  // namespace utboks::simulator
