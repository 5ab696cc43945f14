// Retry policies of systems that do this job or a part of it, as their own code has
// them, to be held against utboks over the same outages.
//
// Where a system says nothing, it is given what utboks has: as many requests under way
// (32 to each of six resources), the same rate, the same patience.  None keeps messages
// on one person in order.  Each is free of the costs of its store.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "producer/lab/mail.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"

namespace utboks::lab {

struct Peer {
  std::string_view name;
  std::string_view formula;  // for the table: what it does, with its defaults
  // How long a message waits that has failed `failures` times (1 at first) and is `age`
  // old; nothing: it is given up.
  std::optional<Millis> (*wait)(int failures, Millis age, Random& random);
  // A scheduler looks so often for what is due; 0: it goes when it is due.
  Millis scan{0};
  bool first_scanned = false;  // the first try waits for the scheduler too
  int batch = 0;               // the scheduler takes at most so many; 0 = all
  int stop_after = 0;          // its run ends after so many failures in a row; 0 = never
  int in_flight = 32 * kResources;
  // Postfix: the destination as a whole has a window, and is dead for a while after a
  // window of failures; what comes due meanwhile waits again without a try.
  bool dead_destination = false;
  // Wolverine: after so many failures in a row nothing goes but a ping each second;
  // all goes at once when it passes.
  int latches_after = 0;
};

std::span<const Peer> Peers();
// The one of this name.
const Peer& PeerNamed(std::string_view name);

}  // namespace utboks::lab
