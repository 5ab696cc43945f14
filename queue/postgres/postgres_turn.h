// A turn to write a store on PostgreSQL: its row `turn`, locked by one transaction at a
// time, of whichever worker or command on whichever host.
//
// Why one at a time: the rate limit's bucket, the gates and the order of persons are
// shared, so that nearly every transaction would wait for another's rows anyway; with a
// turn none ever has to be tried again for a deadlock, and ids grow in the order of commits.
// What many ask for meanwhile goes in one commit (Writer), so the wait costs little.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "queue/base/clock.h"
#include "queue/postgres/connection.h"
#include "queue/rows/turn.h"

namespace utboks::postgres {

class PostgresTurn final : public rows::Turn {
 public:
  struct Settings {
    std::string url;
    // Whose times the store keeps: nullptr is the server's clock.
    Clock* clock = nullptr;
    // How many migrations this program knows: a store that needs more is not written to.
    std::size_t known = 0;
    // Called with each connection that is made in the place of a lost one; not ok: it is not used.
    std::function<Status(Connection&)> check;
    // The time of each transaction, as it begins.
    std::function<void(WallTime)> began;
    // After each commit that changed something.
    std::function<void()> committed;
  };
  PostgresTurn(std::unique_ptr<Connection> connection, Settings settings);

  Status Begin() override;
  rows::Connection& db() override { return *connection_; }
  bool Stands() override { return connection_->failure().ok(); }
  Status End(bool commit) override;
  void Close() override { connection_.reset(); }

  // Of the connection that writes: its own notifications are no news.
  int backend_pid() const { return connection_ == nullptr ? 0 : connection_->backend_pid(); }

 private:
  Status Connect();
  Status TakeTurn();
  Status Commit();
  // The connection was lost when it should have committed: whether it did, asked of the
  // server itself.
  Status FindOut(const Status& lost);
  // Nothing: ask again.
  std::optional<bool> HasCommitted();
  Status Number();

  std::unique_ptr<Connection> connection_;
  const Settings settings_;
  const std::int64_t writer_;  // who we are in the table `writer`
  std::int64_t serial_ = 0;    // of the last transaction that changed something
  LastIds begun_ids_{};
};

}  // namespace utboks::postgres
