// One client's connection, from its acceptance to its end.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "queue/base/mutex.h"
#include "tests/simulator/line.h"
#include "tests/simulator/site.h"
#include "tests/simulator/timeline.h"

namespace utboks::simulator {

class Connection {
 public:
  // `site` outlives it.
  Connection(std::uint64_t number, const Poco::Net::StreamSocket& socket, Site& site);

  // Serves until the connection ends.  `at_the_door` is the step that was on when
  // it came: it is stalled or reset.  Called once, by a thread of its own.
  void Run(const std::optional<Timeline::Standing>& at_the_door);

  // From any thread: the other side sees the end at once.
  void Cut() { line_.Break(); }
  // From any thread: an idle one is cut, a busy one ends after its answer.
  void Finish();

 private:
  void Serve();
  bool BeginRequest();  // false when the connection is to end
  bool EndRequest();
  bool finishing();

  const std::uint64_t number_;
  Site& site_;
  Poco::Net::StreamSocket socket_;
  Line line_;
  Mutex mutex_;
  bool busy_ UTBOKS_GUARDED_BY(mutex_) = false;
  bool finishing_ UTBOKS_GUARDED_BY(mutex_) = false;
};

}  // namespace utboks::simulator
