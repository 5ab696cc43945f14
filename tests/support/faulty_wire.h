// Stands between programs and a PostgreSQL server, on sockets, and makes trouble at a
// chosen place of what they say: the connection is cut, or the server itself refuses.
//
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.h"

namespace utboks::testing {

struct WireFault {
  enum class How {
    kCutBefore,  // before the server hears the message
    kCutAnswer,  // when the server has answered it and nobody has heard the answer
    kRefuse,     // the server refuses the statement, and all up to the next point
    kMeanwhile,  // `meanwhile` happens before the server hears the message
  };
  How how = How::kCutBefore;
  // With kRefuse: the SQLSTATE that the server is brought to say.  57P01 (admin_shutdown)
  // ends the connection, as it does by itself.
  std::string sqlstate = {};
  std::function<void()> meanwhile = {};
};

class FaultyWire {
 public:
  // `folder` of the server's socket.
  explicit FaultyWire(std::string folder);
  ~FaultyWire();
  FaultyWire(const FaultyWire&) = delete;
  FaultyWire& operator=(const FaultyWire&) = delete;

  // Of its own socket.
  std::string folder() const { return dir_.path().string(); }
  // From now on the n-th (from 1) and the next `times` - 1 are met, of all that any program
  // sends; 0: none.  With kRefuse statements are counted (each preparation and each run),
  // else messages: what is sent in one go.
  void Arm(int n, WireFault fault, int times = 1);
  // How many were met since.
  int Met() const;

 private:
  class Carrier;

  void Accept();
  // The fault, when this one is to be met.
  std::shared_ptr<const WireFault> Count(bool statement);

  const std::string target_;
  TempDir dir_;
  int listener_ = -1, wake_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::shared_ptr<const WireFault> fault_;  // guarded by mutex_, as all of these
  int first_ = 0, times_ = 0, counted_ = 0, met_ = 0;
  std::vector<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace utboks::testing
