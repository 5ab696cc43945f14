// Mottak: what the register answers, as its documentation says.
//
// The answer depends on the request, the catalogue and the agreement only; time,
// chance and the network come in as arguments.  Safe for many threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/base/clock.h"
#include "tests/simulator/answer.h"
#include "tests/simulator/contracts.h"
#include "tests/simulator/scenario.h"

namespace utboks::simulator {

// A request as it was read.
struct MottakRequest {
  std::string_view method;
  std::string_view path;    // without the query
  std::string_view accept;  // empty when the header is missing
  std::string_view client;  // organisation number, empty when the certificate has none
  std::string_view identifier;
  std::string_view body;
  std::string content_type;
  std::string reference;            // folkeregisterReferanse to give out
  std::optional<Millis> throttled;  // set: too many requests, wait so long
};

class Mottak {
 public:
  // Both must live as long as this.
  Mottak(const Contracts& contracts, const Scenario& scenario)
      : contracts_(contracts), scenario_(scenario) {}

  // The resource in `path`, known or not; empty when the path is not mottak's.
  static std::string_view RessursOf(std::string_view path);

  // The documented answer; `receipt` is the form of a receipt, if it comes to one.
  Answer Decide(const MottakRequest& request, const Receipt& receipt) const;

 private:
  const Contracts& contracts_;
  const Scenario& scenario_;
};

}  // namespace utboks::simulator
