// Those who are told what happens: each is a place in the history, up to which it has
// confirmed.  The history is the stream: nothing happens that is not in it, and its
// ids grow in the order of commits, so that a place passes over nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"

namespace utboks {

struct Receiver {
  std::string name;
  std::int64_t position = 0;    // the last event that it has confirmed
  WallTime moved{};             // when it did
  std::int64_t last_event = 0;  // of the history: what it is behind
};

// Whose events they are: an id of an event is another's in another store, or in another
// life of the same one after an older copy was put back.
struct StreamName {
  std::string store;  // a UUID
  std::int64_t epoch = 0;
};

class Receivers {
 public:
  virtual ~Receivers() = default;
  virtual Result<StreamName> Stream() = 0;
  // One that is new begins with what happens from now on.
  virtual Result<Receiver> OpenReceiver(std::string_view name) = 0;
  // It was at `from` and has all events up to `position`.  kConflict: it is elsewhere, since
  // a person has moved it or another worker tells it too; look where, and go on from there.
  virtual Status ConfirmEvents(std::string_view name, std::int64_t from, std::int64_t position) = 0;
  virtual Result<std::vector<Receiver>> ListReceivers() = 0;
  // A person lets it be told again from after `position`, or leave out what lies before.
  // kNotFound: there is no such receiver.
  virtual Status MoveReceiver(std::string_view name, std::int64_t position,
                              std::string_view actor) = 0;
};

}  // namespace utboks
