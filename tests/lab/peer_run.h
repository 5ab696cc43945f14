// A peer's policy over a scenario, measured as utboks is.
#pragma once

#include "producer/lab/measures.h"
#include "producer/lab/rehearsal.h"
#include "tests/lab/peer.h"

namespace utboks::lab {

// `rate_limit_per_minute` as in DeliverySettings.
Summary RunPeer(const Scenario& scenario, const Peer& peer, int rate_limit_per_minute);

}  // namespace utboks::lab
