// Sixteen clients, in four processes, that put in and send messages of one order key leave
// nothing blocked, and no message overtakes another.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/crash/contender.h"
#include "tests/crash/scale.h"
#include "tests/support/child_process.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"

namespace utboks::testing {
namespace {

constexpr int kProcesses = 4, kClientsOfEach = 4;
constexpr int kEach = kSanitized ? 5 : 20;

TEST(PostgresOneKey, SixteenClientsLeaveNothingBlockedAndNothingOvertakes) {
  PostgresServer& server = PostgresServer::Shared();
  const std::string database = server.MakeDatabase();
  const TempDir keys;
  const std::string url = server.Url(database), key_file = keys.File("keys");
  StoreOptions options = ContendedStore(url, key_file);
  options.create = true;
  ASSERT_TRUE(OpenStore(options).ok());

  std::vector<std::unique_ptr<ChildProcess>> contenders;
  for (int i = 0; i < kProcesses; ++i) {
    auto child = ChildProcess::Start(
        {.argv = {UTBOKS_CONTENDER, url, key_file, std::to_string(i), std::to_string(kEach)}});
    ASSERT_TRUE(child.ok()) << child.status().text();
    contenders.push_back(std::move(*child));
  }
  for (const auto& contender : contenders) {
    EXPECT_EQ(contender->Wait(std::chrono::minutes(4)), (ProcessExit{0, 0})) << contender->Err();
  }

  const auto sql = [&](const std::string& text) { return server.Sql(database, text); };
  const std::string all = std::to_string(kProcesses * kClientsOfEach * kEach);
  EXPECT_EQ(sql("SELECT count(*), count(*) FILTER (WHERE state = 5) FROM utboks.message"),
            all + "|" + all);
  for (const char* none :
       {"message WHERE ahead > 0 OR in_keys = 1", "ready", "lease",
        // Sent and taken in their order, each when the one ahead of it was over.
        "(SELECT message, started, lag(message) OVER w AS before, lag(ended) OVER w AS over"
        " FROM utboks.attempt WINDOW w AS (ORDER BY id)) a"
        " WHERE message <= before OR started < over",
        "(SELECT message, lag(message) OVER (ORDER BY id) AS before FROM utboks.history"
        " WHERE event = 'accepted') h WHERE message <= before"}) {
    EXPECT_EQ(sql(std::string("SET search_path = utboks; SELECT count(*) FROM ") + none), "0")
        << none;
  }
  EXPECT_EQ(sql("SELECT count(*) FROM utboks.history WHERE event = 'accepted'"), all);
  EXPECT_EQ(sql("SELECT count(DISTINCT key) FROM utboks.order_key"), "1");
  server.DropDatabase(database);
}

}  // namespace
}  // namespace utboks::testing
