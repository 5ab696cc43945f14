// Reads the configured feeds of operating notices while the worker runs, and keeps what
// they say.
//
// It changes nothing else: no gate, no alarm, no message.  A feed that cannot be read, or
// not be kept, is said once in the log, and once more when it can.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "producer/net/page_reader.h"
#include "queue/base/clock.h"
#include "queue/base/random.h"
#include "queue/base/service.h"
#include "queue/store.h"

namespace utboks {

struct Feed {
  std::string url;
  // As PageReader::Read; whoever makes it bounds its time.
  std::function<Result<PageReader::Page>(const std::string& tag, const std::stop_token& stop)> read;
};

// The address without its query, which may be a secret; for people.
std::string ShownFeed(std::string_view url);

class NoticeWatch final : public Service {
 public:
  // Each feed is read at once and then every `interval`, a tenth more or less, by chance.
  // All but `feeds` outlive it.
  NoticeWatch(std::vector<Feed> feeds, NoticeBoard& board, Millis interval, Clock& clock,
              Random& random);
  ~NoticeWatch() override { Stop(); }

  std::string_view name() const override { return "notices"; }
  Status Start() override;
  void Stop() override;

 private:
  struct Watched {
    Feed feed;
    SteadyTime next{};
    std::string tag;             // of the page that was taken in last
    std::optional<bool> failed;  // the last time; nothing: it was not read yet
  };

  void Run();
  void Look(Watched& watched);
  Status TakeIn(Watched& watched);

  std::vector<Watched> feeds_;  // the thread's alone
  NoticeBoard& board_;
  const Millis interval_;
  Clock& clock_;
  Random& random_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace utboks
