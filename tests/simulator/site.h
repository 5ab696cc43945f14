// What all connections of one simulator share.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPServerParams.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "tests/simulator/dice.h"
#include "tests/simulator/journal.h"
#include "tests/simulator/mottak.h"
#include "tests/simulator/rate_window.h"
#include "tests/simulator/signal_flag.h"
#include "tests/simulator/timeline.h"

namespace utboks::simulator {

class Connection;

// Everything it points to outlives the connections and is safe for many threads.
struct Site {
  const Mottak& mottak;
  Timeline& timeline;
  Journal& journal;
  AddressRates& rates;
  const Dice dice;
  Poco::Net::Context::Ptr context;
  Poco::Net::HTTPServerParams::Ptr http;
  // To be called when the timeline may have moved, by the connection that noticed:
  // it is let go on, where others would be cut.
  std::function<void(Connection& noticed_by)> moved;

  SignalFlag stop{};
  SendCounter sends{};
  std::atomic<std::uint64_t> requests{0};  // so many have come
};

}  // namespace utboks::simulator
