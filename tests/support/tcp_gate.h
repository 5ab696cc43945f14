// A TCP relay between two programs, which a test cuts and shuts.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace utboks::testing {

// Listens on a free port of 127.0.0.1 and passes bytes to and from `target` there.
// Methods may be called from many threads.
class TcpGate {
 public:
  explicit TcpGate(std::uint16_t target);
  // The same, but that the target listens at a socket in the file system.
  explicit TcpGate(std::string socket);
  ~TcpGate();
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  std::uint16_t port() const { return port_; }
  // Ends every connection there is, both sides at once, with what is on its way.
  void Cut();
  // Shut: a new connection is taken and ended at once.
  void Shut(bool shut) { shut_ = shut; }
  // Stopped: connections stay, and nothing passes.
  void Stop(bool stopped) { stopped_ = stopped; }
  // From now on: the first so many bytes towards the target pass, then it is cut, once.
  void CutAfter(std::int64_t bytes) { left_ = bytes; }
  int accepted() const { return accepted_; }

 private:
  struct Pair {
    int client = -1, server = -1;
  };

  void Listen();
  void Run();
  void Accept();
  int Connect() const;  // below 0: it does not listen
  bool Pass(const Pair& pair, int from, int to);
  static void End(const Pair& pair);

  const std::uint16_t target_ = 0;  // 0: socket_
  const std::string socket_;
  int listener_ = -1, wake_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> shut_{false}, stopped_{false}, cut_{false}, end_{false};
  std::atomic<std::int64_t> left_{-1};  // below 0: no limit
  std::atomic<int> accepted_{0};
  std::list<Pair> pairs_;  // the thread's alone
  std::thread thread_;     // last: it uses all of the above
};

}  // namespace utboks::testing
