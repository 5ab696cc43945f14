// What the history keeps of a gate beside what persons did to it: that it shut, for
// what, and that it opened.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/gate.h"

namespace utboks {

namespace gate_event {
inline constexpr std::string_view kClosed = "gate-closed";   // by failures; reason: the last one's
inline constexpr std::string_view kOpened = "gate-opened";   // by a probe or a message that passed
inline constexpr std::string_view kBlameRun = "blame-run";   // closed until a person resumes it
inline constexpr std::string_view kThrottled = "throttled";  // 429: the register wants silence
inline constexpr std::string_view kPauseEnded = "pause-ended";  // its time had come
}  // namespace gate_event

struct GateChange {
  std::string_view event;
  std::string reason;
  bool operator==(const GateChange&) const = default;
};

// What happened between two looks at one gate, in the order in which it did.  A pause,
// and what a person resumes, are acts: who acts writes them down, with who and why.  So
// is a pause that ended by its time, by whoever saw that (ExpirePause).
std::vector<GateChange> ChangesOf(const Gate& before, const Gate& after, WallTime now);

}  // namespace utboks
