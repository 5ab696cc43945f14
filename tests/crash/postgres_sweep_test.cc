// The fault sweep (scenario.h) on a real PostgreSQL server: whatever the server or the
// connection can make of any message and of any statement of the worker's, nothing is lost,
// altered, overtaken or left behind, and afterwards all is delivered.
//
// Between the worker's store and the server lies a wire that makes the trouble
// (FaultyWire); it is the server itself that says why it refuses.  The watcher's store goes
// by another way.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/scenario.h"
#include "tests/crash/sweep.h"
#include "tests/support/faulty_wire.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

using How = WireFault::How;

constexpr int kAWhile = 5;
// More than there are.
constexpr int kMostPlaces = 4'000;

// A server with a store to copy.
class Stores {
 public:
  explicit Stores(PostgresServer& server) : server_(server), copied_(server.MakeDatabase()) {
    StoreOptions options = Scenario::Options();
    options.url = server_.Url(copied_);
    options.key_file = key_file();
    options.create = true;
    const Result<std::unique_ptr<Store>> made = OpenStore(options);
    EXPECT_TRUE(made.ok()) << made.status().text();
  }
  ~Stores() { server_.DropDatabase(copied_); }
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  PostgresServer& server() { return server_; }
  std::string key_file() const { return dir_.File("keys"); }
  const std::string& copied() const { return copied_; }

 private:
  PostgresServer& server_;
  const std::string copied_;
  TempDir dir_;
};

// A database of its own, and the wire to it.
class Ground {
 public:
  explicit Ground(Stores& stores)
      : server_(stores.server()),
        database_(server_.MakeDatabase(stores.copied())),
        wire_(server_.folder()) {
    stage_.url = fmt::format("postgresql://utboks@/{}?host={}", database_, wire_.folder());
    stage_.watch_url = server_.Url(database_);
    stage_.key_file = stores.key_file();
  }
  ~Ground() { server_.DropDatabase(database_); }
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;

  FaultyWire& wire() { return wire_; }

  Stage& stage() { return stage_; }

  // Plays it; `what` goes wrong.  True when nothing was breached.
  bool Play(const std::string& what) {
    Scenario run(stage_);
    if (!::testing::Test::HasFailure()) run.Go();
    if (::testing::Test::HasFailure()) ADD_FAILURE() << what << ":" << run.States();
    answers_missed_ = run.client_faults().plan.Met();
    return !::testing::Test::HasFailure();
  }
  // Of the register, when it was played.
  int answers_missed() const { return answers_missed_; }

 private:
  PostgresServer& server_;
  const std::string database_;
  FaultyWire wire_;
  Stage stage_;
  int answers_missed_ = 0;
};

struct Way {
  const char* name;
  WireFault fault;
  int times, stride;
};

class PostgresSweep : public QuietTest, public ::testing::WithParamInterface<Way> {};

TEST_P(PostgresSweep, AtAnyPlaceLosesNothingAndDoublesNothing) {
  Stores stores(PostgresServer::Shared());
  const Way& way = GetParam();
  const int met = Sweep({SweepStride(way.stride), kMostPlaces}, [&](int n) {
    Ground ground(stores);
    ground.wire().Arm(n, way.fault, way.times);
    return ground.Play(fmt::format("{} at {}, {} times", way.name, n, way.times)) &&
           ground.wire().Met() > 0;
  });
  fmt::print("[  faults  ] met at {} places\n", met);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, PostgresSweep,
    ::testing::Values(Way{"ConnectionLostBefore", {How::kCutBefore, "", {}}, 1, 37},
                      Way{"ConnectionLostBeforeForAWhile", {How::kCutBefore, "", {}}, kAWhile, 61},
                      Way{"AnswerLost", {How::kCutAnswer, "", {}}, 1, 37},
                      Way{"AnswerLostForAWhile", {How::kCutAnswer, "", {}}, kAWhile, 61},
                      Way{"Cancelled57014", {How::kRefuse, "57014", {}}, 1, 101},
                      Way{"Serialization40001", {How::kRefuse, "40001", {}}, 1, 103},
                      Way{"Deadlock40P01", {How::kRefuse, "40P01", {}}, 1, 107},
                      Way{"DiskFull53100", {How::kRefuse, "53100", {}}, 1, 101},
                      Way{"DiskFull53100ForAWhile", {How::kRefuse, "53100", {}}, kAWhile, 103},
                      Way{"AdminShutdown57P01", {How::kRefuse, "57P01", {}}, 1, 101},
                      Way{"ReadOnly25006", {How::kRefuse, "25006", {}}, 1, 107}),
    [](const auto& way) { return way.param.name; });

class PostgresFaults : public QuietTest {};

TEST_F(PostgresFaults, AServerThatStartsAgainAtAnyMessageLosesNothing) {
  const std::unique_ptr<PostgresServer> server = PostgresServer::Own();
  Stores stores(*server);
  const Places places{SweepStride(kSanitized ? 211 : 107), kMostPlaces, 1};
  const int met = Sweep(places, [&](int n) {
    // As an operator does it, and as a crash of the machine.
    const char* const how = n % 2 == 0 ? "fast" : "immediate";
    Ground ground(stores);
    ground.wire().Arm(n, {How::kMeanwhile, "", [&] { server->Restart(how); }});
    return ground.Play(fmt::format("restarted ({}) at message {}", how, n)) &&
           ground.wire().Met() > 0;
  });
  fmt::print("[  faults  ] restarted at {} places\n", met);
}

// What the register does has its sweep on SQLite; here some of it, with this store behind.
TEST_F(PostgresFaults, WhatTheRegisterDoesIsSettledAsOnSqlite) {
  Stores stores(PostgresServer::Shared());
  for (const ClientFault kind : {ClientFault::kNotSent, ClientFault::kRequestLost,
                                 ClientFault::kAnswerLost, ClientFault::kServerError}) {
    Sweep({SweepStride(9)}, [&](int n) {
      Ground ground(stores);
      ground.stage().client_kind = kind;
      ground.stage().client_fault = {ClientCall::kSubmit, n, 1};
      return ground.Play(fmt::format("request {} fails", n)) && ground.answers_missed() > 0;
    });
  }
}

}  // namespace
}  // namespace utboks::testing
