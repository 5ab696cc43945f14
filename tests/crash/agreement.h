// Holds a store against the journal of the register it delivered to.
#pragma once

#include <string>
#include <vector>

#include "queue/store.h"
#include "tests/support/simulator_fixture.h"

namespace utboks::testing {

struct Agreement {
  int cut_off = 0;         // attempts whose worker died
  int accepted_again = 0;  // times that the register took what it had taken
};

// `ids[n]`: the acknowledged id of message n (Outbox::Identifier), about person
// n % persons; all must have been delivered.  Fails the running test on each breach:
//   - every one is there, accepted once, with a receipt that the register gave, and
//     nothing else is there;
//   - the register saw the same bytes each time, and took a message again only where an
//     earlier attempt of it had been left without an answer;
//   - of each person, no message was sent before the one ahead of it was taken.
Agreement CheckAgreement(Store& store, const std::vector<JournalLine>& journal,
                         const std::vector<std::string>& ids, int persons);

}  // namespace utboks::testing
