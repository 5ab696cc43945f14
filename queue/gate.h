// A gate: whether, and why not, messages may go to one resource, or to the
// register at all (delivery.md §4).
//
// Plain data, kept by the store, shared by all its workers and written only when
// it changes.  queue/breaker holds every rule that changes one.  Three marks are
// kept apart: outage (set by failures, opened by probes), blame-run (opened by a
// person), pause (opened by a person or its time).  A gate is open when none
// stands and `not_before` has passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "queue/base/clock.h"

namespace utboks {

using MessageSeq = std::int64_t;  // a message's place in the store; 0 = none

struct Gate {
  std::string name;  // a ressurs; "" is the site

  // outage
  bool outage = false;
  std::string outage_reason;  // reason of the failure that closed it
  std::optional<WallTime> outage_since;
  bool credential = false;             // the certificate's or the login's fault (the site's gate)
  MessageSeq suspect = 0;              // closed by this one message alone; 0 = not suspect
  int probes = 0;                      // begun since it closed
  std::optional<WallTime> next_probe;  // set while outage stands
  // How far ahead the probes already made reach, each by one step (queue/probe.h).  It
  // outlives an opening: a gate that opens and closes again goes on as slowly as it had
  // come to, and is not asked ten times in ten seconds at each closing.
  std::optional<WallTime> probed_until;
  // Grows each time it opens, and when a message that went alone came through: a
  // worker that sees it grow starts its window at one.
  std::int64_t openings = 0;

  // blame-run
  bool blame_run = false;
  std::optional<WallTime> blame_since;
  std::vector<MessageSeq> blamed;  // first judgements in a row, no acceptance between

  // pause
  bool paused = false;
  std::optional<WallTime> paused_since;
  std::optional<WallTime> pause_until;

  // failures while open, or while closed for a suspect
  std::vector<MessageSeq> failed;  // different messages, in a row, no success between
  int same_failures = 0;           // of failed.back(), with nothing else tried meanwhile

  std::optional<WallTime> not_before;  // 429 (the site's gate only)
  // Open, but one message goes alone (nothing else of this gate in `sending`)
  // before the flood: after not_before, or opened by HEAD with nothing waiting.
  bool alone_next = false;

  // HEAD
  int head_status = 0;  // what HEAD answers when all is well; 0 = not learnt

  bool operator==(const Gate&) const = default;
};

inline bool HasMark(const Gate& gate) {
  return gate.outage || gate.blame_run || gate.paused;
}
inline bool IsOpen(const Gate& gate, WallTime now) {
  return !HasMark(gate) && (!gate.not_before || *gate.not_before <= now);
}

}  // namespace utboks
