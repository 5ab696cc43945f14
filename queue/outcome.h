// What one request to the register came to, with the blame as part of the answer.
//
// producer/submit/classify is the only code that makes an Outcome from an HTTP
// answer; everything after it decides by these fields and never by a status
// number.  Plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/base/clock.h"

namespace utboks {

enum class Verdict {
  kAccepted,  // the register has taken it: final, whatever the lease says
  kRetry,     // not taken, or not asked: the same bytes again later
  kInDoubt,   // it may have been taken: nothing but a receipt or the feed can tell
  kHold,      // a person must look
  kReject,    // the register says the document is wrong
};

// Whose fault it is, and so whose gate hears of it.
enum class Scope { kNone, kMessage, kResource, kSite };

// What became of the request itself (delivery.md §2); an attempt keeps it.
enum class AttemptResult {
  kOpen,        // no settlement yet
  kAnswered,    // a status line was read
  kNotSent,     // the last byte surely never left
  kUnanswered,  // it may have arrived, and no status line came back
};

// What the gate of `scope` does with it.
enum class GateEffect {
  kNone,
  kCount,      // one failure more
  kClose,      // closed at once
  kNotBefore,  // 429: nothing before `wait` has passed
  kSuccess,    // the register took a message
};

struct Outcome {
  Verdict verdict = Verdict::kRetry;
  Scope scope = Scope::kNone;
  AttemptResult result = AttemptResult::kNotSent;
  GateEffect gate = GateEffect::kNone;
  bool counted = false;        // lengthens the message's backoff
  bool credential = false;     // certificate or login: alarm `credential`
  bool odd_success = false;    // accepted by something else than 202: alarm `odd-success`
  bool mixed_answer = false;   // the receipt of another message: alarm `mixed-answer`
  bool interrupted = false;    // cut off by our own stop: counts towards no limit
  std::optional<Millis> wait;  // the server's wish (429), already within floor and ceiling
  int http_status = 0;         // 0: no status line
  std::string reason;          // stable, ours: "http-500", "connect-refused", "feilkode"…
  std::string reference;       // folkeregisterReferanse
  std::string feilkode;        // the register's exception name
  std::string support_id;      // the firewall's, when its page carried one
  std::string retry_after;     // the raw header, as evidence
  std::string answer;          // head and body as received, bounded; sealed when stored
  std::optional<WallTime> server_date;  // the answer's Date header
};

std::string_view VerdictName(Verdict verdict);
std::string_view ScopeName(Scope scope);
std::string_view AttemptResultName(AttemptResult result);

// What a HEAD on a resource came to (delivery.md §4).
struct HeadResult {
  bool asked = false;       // no HEAD was made: the token or the time ran out
  bool answered = false;    // a status line was read over a verified TLS session
  bool throttled = false;   // 429
  bool credential = false;  // TLS or certificate failure
  int http_status = 0;
  // What the gates of `scope` would hear, had a message been answered like this, or
  // failed like this.
  Scope scope = Scope::kNone;
  GateEffect gate = GateEffect::kNone;
  bool web_page = false;  // a gateway spoke, not the register
  std::string reason;     // why not, when not answered
  std::optional<Millis> wait;
  std::optional<WallTime> server_date;
};

}  // namespace utboks
