// Tells one receiver what happens: a cursor on the history, which moves only when the
// receiver has confirmed.  At least once, and the events of one message in their order.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "queue/base/status.h"
#include "queue/message.h"
#include "queue/receivers.h"
#include "queue/store.h"

namespace utboks {

// One thread uses it.
class Teller {
 public:
  // One status per event, in order; ok: the receiver has it.  No two are of the same
  // message, so in whatever order they arrive nothing is overtaken.
  using Sink = std::function<std::vector<Status>(std::span<const EventView>)>;

  // Of all that happens to messages `events` are told.  `store` outlives it.
  Teller(std::string receiver, std::set<std::string, std::less<>> events, Store& store, Sink sink)
      : receiver_(std::move(receiver)),
        events_(std::move(events)),
        store_(store),
        sink_(std::move(sink)) {}

  // Tells what is next.  False: there is nothing.  A failure is of the store, or the
  // receiver's first; what comes after that one in the same turn may have been told.
  Result<bool> Turn();

 private:
  Status Find();
  // The next that are to be told; `end` is the last event looked at.
  std::vector<EventView> Choose(std::span<const EventView> page, std::int64_t* end) const;
  Status Confirm();

  const std::string receiver_;
  const std::set<std::string, std::less<>> events_;
  Store& store_;
  const Sink sink_;
  bool open_ = false;
  std::int64_t at_ = 0;           // told up to here
  std::int64_t confirmed_ = 0;    // and so the store knows
  std::set<std::int64_t> ahead_;  // told already, after one that was not
};

}  // namespace utboks
