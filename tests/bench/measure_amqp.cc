// Taking messages in from RabbitMQ, against consuming alone and against grouped commits
// alone: the smaller of the two bounds it.

#include <algorithm>
#include <memory>
#include <vector>

#include "producer/intake/amqp_intake.h"
#include "producer/xml/catalogue.h"
#include "producer/xml/validator.h"
#include "tests/bench/bare_insert.h"
#include "tests/bench/bare_pg_insert.h"
#include "tests/bench/broker_side.h"
#include "tests/bench/measures.h"
#include "tests/bench/own_store.h"
#include "tests/bench/postgres_side.h"
#include "tests/bench/watched_intake.h"

namespace utboks::bench {
namespace {

constexpr Millis kPatience{300'000};
constexpr int kGroup = 64;

// From the connecting to the last commit; the last acknowledgement is sent after it.
Sample TakeIn(const BrokerSide& broker, const Validator& validator, Store& store,
              const std::string& queue, int messages) {
  WatchedIntake watched(store);
  AmqpIntake intake(broker.Takes(queue), validator, watched, store, SystemClock(), SecureRandom());
  Meter meter;
  meter.Start();
  Must(intake.Start());
  if (!watched.AwaitTaken(messages, kPatience)) GiveUp("not all was taken in in time");
  meter.Stop();
  intake.Stop();
  return meter.Read(messages, watched.commits());
}

Sample Consume(const BrokerSide& broker, const std::string& queue, int messages) {
  Meter meter;
  meter.Start();
  bare::Consumer consumer = broker.TakesBare(queue);
  for (int left = messages; left > 0; left -= kGroup) consumer.Take(std::min(left, kGroup));
  meter.Stop();
  return meter.Read(messages, 0);
}

template <typename Bare>
Sample Commit(Bare& bare, Letters& letters, int messages) {
  std::vector<std::vector<Letter>> groups;
  for (int left = messages; left > 0; left -= kGroup) {
    groups.push_back(letters.Next(std::min(left, kGroup)));
  }
  Meter meter;
  meter.Start();
  for (const std::vector<Letter>& group : groups) bare.Insert(group);
  meter.Stop();
  return meter.Read(messages, groups.size());
}

}  // namespace

void MeasureAmqp(const Scale& scale, Report& report) {
  const Catalogue catalogue = Must(Catalogue::Load(UTBOKS_SOURCE_DIR "/schemas"));
  const std::unique_ptr<Validator> validator = Validator::Make(catalogue, {});
  Must(validator->LoadEnabled());
  const testing::TempDir folder;
  PostgresSide side;
  BrokerSide broker;
  const std::unique_ptr<Store> sqlite = OpenOwn(folder.File("own.db"));
  const std::unique_ptr<Store> postgres = PostgresSide::Open(side.MadeByOurs());
  bare::Sqlite bare_db(MadeByOurs(folder.File("bare.db")));
  bare::Inserter bare_in(bare_db);
  bare::Postgres bare_pg(side.MadeByOurs().url);
  bare::PgInserter bare_pg_in(bare_pg);

  Letters letters;
  const int messages = scale.drained / 2;
  const auto queue = [&] { return broker.MakeQueue(letters.Next(messages)); };
  std::vector<Series> series = Interleave(
      scale.rounds, {[&] { return TakeIn(broker, *validator, *sqlite, queue(), messages); },
                     [&] { return TakeIn(broker, *validator, *postgres, queue(), messages); },
                     [&] { return Consume(broker, queue(), messages); },
                     [&] { return Commit(bare_in, letters, messages); },
                     [&] { return Commit(bare_pg_in, letters, messages); }});
  const Series &own = series[0], &consume = series[2], &commit = series[3];
  report.Compare("intake by AMQP", own, consume, {.what = "bare consume and acknowledge"});
  report.Compare("intake by AMQP", own, commit, {.what = "bare grouped commits"});
  report.Compare("intake by AMQP", own, Slower(consume, commit),
                 {.what = "the slower of the two", .goal = AtLeast(0.5)});
  report.Compare("intake by AMQP: CPU", own, consume,
                 {.what = "bare consume and acknowledge", .figure = kCpuMicros});
  series[1] = WithoutCommits(series[1]);
  series[4] = WithoutCommits(series[4]);
  report.Compare("intake by AMQP into PostgreSQL", series[1], series[4],
                 {.what = "bare grouped commits"});
  report.Compare("intake by AMQP into PostgreSQL", series[1], Slower(consume, series[4]),
                 {.what = "the slower of the two", .goal = AtLeast(0.5)});
}

}  // namespace utboks::bench
