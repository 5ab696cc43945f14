// The register, as the dispatcher sees it.
#pragma once

#include <stop_token>
#include <string_view>

#include "queue/base/clock.h"
#include "queue/message.h"
#include "queue/outcome.h"

namespace utboks {

// One connection's worth of the register, for one thread at a time.  Never
// throws: every failure is an Outcome, which says whether the message may have
// left.
class RegisterClient {
 public:
  virtual ~RegisterClient() = default;
  // Posts the payload's bytes as they are.  `deadline` covers everything; `stop`
  // cuts it off.
  virtual Outcome Submit(const Payload& payload, SteadyTime deadline,
                         const std::stop_token& stop) = 0;
  // The register's own documented check.  A Submit that follows goes over the same
  // connection.
  virtual HeadResult Head(std::string_view ressurs, SteadyTime deadline,
                          const std::stop_token& stop) = 0;
};

}  // namespace utboks
