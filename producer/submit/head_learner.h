// Asks HEAD of each resource once, when a worker starts: what the register answers
// when all is well, so that a probe knows what to look for (delivery.md §4).
//
// In the background, and nobody waits for it: no message is delayed, nothing that
// goes wrong is heard by a gate, and what could not be learnt is learnt by the first
// probe whose message passes.
#pragma once

#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "producer/submit/sender_pool.h"
#include "queue/store.h"

namespace utboks {

class HeadLearner {
 public:
  // `store` and `clock` outlive it.  `time_limit`: of one HEAD.
  HeadLearner(Delivery& store, ClientFactory make_client, std::vector<std::string> resources,
              Millis time_limit, Clock& clock);
  ~HeadLearner();
  HeadLearner(const HeadLearner&) = delete;
  HeadLearner& operator=(const HeadLearner&) = delete;

  void Start();
  // Cuts off what is being asked.  Safe twice, and without Start.
  void Stop();

 private:
  void Run();
  bool Learn(RegisterClient& client, const std::string& ressurs);

  Delivery& store_;
  const ClientFactory make_client_;
  const std::vector<std::string> resources_;
  const Millis time_limit_;
  Clock& clock_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks
