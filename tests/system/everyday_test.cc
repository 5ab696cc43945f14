// What happens every day: handed in, delivered, receipted, looked up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>

#include "tests/support/log_watch.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::size_t CountOf(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Everyday, AMessageIsStoredSentAndReceipted) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  EXPECT_EQ(agency.StateOf(ids[0]), "due");

  agency.StartWorker();
  ASSERT_TRUE(agency.AwaitState(ids[0], "accepted"));
  const Json message = agency.Show(ids[0]);
  const std::vector<JournalLine> accepted = reg.Accepted();
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0].identifier, Agency::Identifier(1));
  EXPECT_EQ(accepted[0].ressurs, "doedsfall_v1");
  EXPECT_EQ(Get(message, "folkeregisterReferanse"), accepted[0].reference);
  EXPECT_EQ(Get(message, "edition"), "1.2");
  EXPECT_EQ(Get(message, "attempts"), "1");
  EXPECT_EQ(Get(message, "waits_for"), "");
  // Its identifier looks like a person's number.
  EXPECT_EQ(Get(message, "avsendersMeldingsidentifikator"), "sak-***********-1");
}

TEST(Everyday, EnqueueSaysWhatItStored) {
  Agency agency;
  const std::string letter = agency.Letter(1);
  const std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1", letter};
  const std::vector<Json> first = agency.Ask(words);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(Get(first[0], "file"), HasSubstr("brev *********** 1.xml"));
  EXPECT_EQ(Get(first[0], "avsendersMeldingsidentifikator"), "sak-***********-1");
  EXPECT_EQ(Get(first[0], "state"), "due");
  EXPECT_EQ(Get(first[0], "new"), "true");

  // The same again is the message that is there, and changes nothing.
  const std::vector<Json> again = agency.Ask(words);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(Get(again[0], "id"), Get(first[0], "id"));
  EXPECT_EQ(Get(again[0], "new"), "false");
  EXPECT_EQ(agency.States().size(), 1U);
  EXPECT_EQ(agency.Ask({"events"}).size(), 1U);

  const Finished people = agency.Run(words);
  EXPECT_EQ(people.code(), 0);
  EXPECT_THAT(people.out, StartsWith(Get(first[0], "id")));
  EXPECT_THAT(people.out, HasSubstr("there already, due"));
}

TEST(Everyday, OneDocumentComesFromStandardInput) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::string document = DeathNotice(Agency::Identifier(1), PersonNumber(1));
  agency.Letter(1);  // so that its number is known as one not to be seen
  const std::vector<Json> stored =
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", "-"}, 0, document);
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(Get(stored[0], "file"), "-");
  agency.Drain();
  EXPECT_EQ(agency.StateOf(Get(stored[0], "id")), "accepted");
  ExpectRefused(agency.Run({"enqueue", "--ressurs", "doedsfall_v1", "-", "-"}, document), 2,
                {"standard input", "one thing"});
}

TEST(Everyday, WaitPrintsTheReceipts) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.StartWorker();
  const std::vector<Json> lines = agency.Ask(
      {"enqueue", "--ressurs", "doedsfall_v1", "--wait", agency.Letter(1), agency.Letter(2)});
  ASSERT_EQ(lines.size(), 4U);
  for (const std::size_t receipt : {2U, 3U}) {
    EXPECT_EQ(Get(lines[receipt], "state"), "accepted");
    EXPECT_NE(Get(lines[receipt], "folkeregisterReferanse"), "");
  }
}

TEST(Everyday, WaitEndsWithBusyWhenItsTimeIsOver) {
  Agency agency;  // and no worker
  const Finished run = agency.Run(
      {"enqueue", "--ressurs", "doedsfall_v1", "--wait=50ms", agency.Letter(1), agency.Letter(2)});
  EXPECT_EQ(run.code(), 75);
  EXPECT_EQ(CountOf(run.out, "\n"), 2U) << "both were stored, and said to be";
  EXPECT_THAT(run.err, HasSubstr("2 of 2 have no receipt yet"));
  EXPECT_THAT(run.err, HasSubstr("stored and will be sent"));
  EXPECT_EQ(agency.States().size(), 2U);
}

TEST(Everyday, WaitTellsOfARefusalByTheRegister) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=400}]"});
  Agency agency(reg);
  agency.StartWorker();
  const std::vector<Json> lines =
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", "--wait", agency.Letter(1)}, 1);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(Get(lines[1], "state"), "rejected");
}

TEST(Everyday, EachFileStandsAlone) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::string bad = agency.File("bad.xml", "<nothing/>");
  const std::vector<Json> lines = agency.Ask(
      {"enqueue", "--ressurs", "doedsfall_v1", agency.Letter(1), bad, agency.Letter(2)}, 1);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(Get(lines[0], "new"), "true");
  EXPECT_FALSE(lines[1]->isNull("error"));
  EXPECT_EQ(Get(lines[2], "new"), "true");
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

TEST(Everyday, AllOrNoneStoresNothingBesideARefusedOne) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Enqueue({1});
  const std::string good = agency.Letter(2);
  const std::string bad = agency.File("bad.xml", "<nothing/>");
  const std::vector<std::string> begin = {"enqueue", "--ressurs", "doedsfall_v1", "--all-or-none"};
  const auto with = [&](const std::string& other) {
    std::vector<std::string> words = begin;
    words.insert(words.end(), {good, other});
    return words;
  };
  const std::vector<Json> refused = agency.Ask(with(bad), 1);
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_FALSE(refused[0]->isNull("error"));
  // Identifier taken by other bytes.
  const std::string taken =
      agency.File("taken.xml", DeathNotice(Agency::Identifier(1), PersonNumber(3)));
  agency.Ask(with(taken), 1);
  const Finished unreadable = agency.Run(with(agency.folder() + "/inbox/none.xml"));
  EXPECT_EQ(unreadable.code(), 65);
  EXPECT_THAT(unreadable.err, HasSubstr("not stored because another document"));
  EXPECT_EQ(agency.States().size(), 1U);

  EXPECT_EQ(agency.Ask(with(agency.Letter(3))).size(), 2U);
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 3U);
}

TEST(Everyday, TheExitCodeIsTheFirstOf75And65And1) {
  Agency agency;
  agency.Enqueue({1});
  const std::string bad = agency.File("bad.xml", "<nothing/>");
  const std::string none = agency.folder() + "/inbox/none.xml";
  const auto enqueue = [&](const std::vector<std::string>& files) {
    std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
    words.insert(words.end(), files.begin(), files.end());
    return agency.Run(words).code();
  };
  EXPECT_EQ(enqueue({agency.Letter(2), bad}), 1);
  EXPECT_EQ(enqueue({bad, none}), 65);
  EXPECT_EQ(enqueue({none, bad, agency.Letter(3)}), 65);
  agency.SetText("outbox.min_free", "1024GiB");
  EXPECT_EQ(enqueue({bad, none, agency.Letter(4)}), 75);
  EXPECT_EQ(agency.States().size(), 3U);
}

TEST(Everyday, NotBeforeHoldsBackAndNothingElse) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<Json> later =
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", "--not-before", "+2h", agency.Letter(1)});
  const std::vector<std::string> now = agency.Enqueue({2});
  // Nothing moves any more: told at once, with how many are left.
  const Finished drained = agency.Drain(75);
  EXPECT_THAT(drained.err, HasSubstr("1 message is left"));
  EXPECT_THAT(drained.err, HasSubstr("not-before"));
  EXPECT_EQ(agency.StateOf(now[0]), "accepted");
  const Json waiting = agency.Show(Get(later.at(0), "id"));
  EXPECT_EQ(Get(waiting, "state"), "due");
  EXPECT_EQ(Get(waiting, "waits_for"), "time");

  ExpectRefused(agency.Run({"enqueue", "--ressurs", "doedsfall_v1", "--not-before",
                            "2031-01-01T10:00:00", agency.Letter(3)}),
                2, {"--not-before", "zone"});
  // Two hours later.
  agency.Meddle("UPDATE message SET not_before = 1, due_at = 1; UPDATE ready SET due_at = 1");
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

// Two letters on different persons, the second of which is to wait for the first.
TEST(Everyday, OrderKeysCanBeGivenInPlaceOfThoseInTheDocument) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=503, for_requests=2}]"});
  Agency agency(reg);
  const std::string person = PersonNumber(7) + "\n";
  std::vector<std::string> ids;
  for (const int n : {1, 2}) {
    ids.push_back(
        Get(agency
                .Ask({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", "-", agency.Letter(n)},
                     0, person)
                .at(0),
            "id"));
  }
  agency.Letter(7);  // so that its number is known as one not to be seen
  EXPECT_EQ(Get(agency.Show(ids[1]), "waits_for"), "head:" + ids[0]);
  // The same persons as a file; none at all.
  const std::string file = agency.File("persons", person);
  const std::string third = Get(
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", file, agency.Letter(3)})
          .at(0),
      "id");
  EXPECT_EQ(Get(agency.Show(third), "waits_for"), "head:" + ids[0]);
  const std::string free = Get(
      agency.Ask({"enqueue", "--ressurs", "doedsfall_v1", "--order-key", "-", agency.Letter(4, 1)})
          .at(0),
      "id");
  EXPECT_EQ(Get(agency.Show(free), "waits_for").find("head:"), std::string::npos);
  agency.Drain();
  std::vector<std::string> order;
  for (const JournalLine& line : reg.Accepted()) {
    if (line.identifier != Agency::Identifier(4)) order.push_back(line.identifier);
  }
  EXPECT_EQ(order, (std::vector<std::string>{Agency::Identifier(1), Agency::Identifier(2),
                                             Agency::Identifier(3)}));
}

TEST(Everyday, MessagesOnOnePersonGoInOrderAcrossResources) {
  SimulatorFixture reg({.scenario = "latency = ['0ms', '20ms']"});
  Agency agency(reg);
  std::vector<std::string> wanted;
  for (int n = 1; n <= 6; ++n) {
    wanted.push_back(Agency::Identifier(n));
    if (n % 2 == 1) {
      agency.Enqueue({n}, 1);
      continue;
    }
    const std::string file =
        agency.File("annulment.xml", Annulment(Agency::Identifier(n), PersonNumber(1)));
    agency.Ask({"enqueue", "--ressurs", "annullering_av_doedsfall_v1", file});
  }
  agency.Drain();
  std::vector<std::string> order;
  for (const JournalLine& line : reg.Accepted()) order.push_back(line.identifier);
  EXPECT_EQ(order, wanted);
}

TEST(Everyday, ManyPersonsAtOnceNothingTwice) {
  SimulatorFixture reg({.scenario = "latency = ['0ms', '10ms']"});
  Agency agency(reg);
  std::vector<int> letters;
  for (int n = 1; n <= 200; ++n) letters.push_back(n);
  const std::vector<std::string> ids = agency.Enqueue(letters);
  agency.Drain();
  std::set<std::string> accepted;
  for (const JournalLine& line : reg.Accepted()) accepted.insert(line.identifier);
  EXPECT_EQ(accepted.size(), 200U);
  EXPECT_EQ(reg.Accepted().size(), 200U) << "some twice";
  for (const auto& [id, state] : agency.States()) EXPECT_EQ(state, "accepted") << id;
}

TEST(Everyday, DrainOfNothingIsDoneAtOnce) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Drain();
  EXPECT_TRUE(reg.Posts().empty());
  ExpectRefused(agency.Run({"run", "--timeout", "5s"}), 2, {"--timeout", "--drain"});
}

TEST(Everyday, DrainGivesUpWhenItsTimeIsOver) {
  SimulatorFixture reg({.scenario = "step = [{kind='error', status=503}]"});
  Agency agency(reg);
  LogWatch::Allow("alarm-raised");
  agency.Enqueue({1});
  const Finished drained = agency.Run({"run", "--drain", "--timeout", "1s"});
  EXPECT_EQ(drained.code(), 75);
  EXPECT_THAT(drained.err, HasSubstr("1 message is left"));
  EXPECT_THAT(drained.err, HasSubstr("time given is over"));
}

TEST(Everyday, DrainTellsOfAPauseAtOnce) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Enqueue({1, 2});
  agency.Ask({"pause"});
  const Finished drained = agency.Drain(75);
  EXPECT_THAT(drained.err, HasSubstr("2 messages are left"));
  EXPECT_THAT(drained.err, HasSubstr("pause"));
  agency.Ask({"resume"});
  agency.Drain();
  EXPECT_EQ(reg.Accepted().size(), 2U);
}

// ---- looking ----

TEST(Everyday, ListFindsByStateTimeAndRessurs) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> sent = agency.Enqueue({1, 2});
  agency.Drain();
  const std::vector<std::string> due = agency.Enqueue({3});
  const auto ids = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "list");
    std::vector<std::string> found;
    for (const Json& line : agency.Ask(words)) found.push_back(Get(line, "id"));
    return found;
  };
  const std::vector<std::string> newest_first = {due[0], sent[1], sent[0]};
  EXPECT_EQ(ids({}), newest_first);
  EXPECT_EQ(ids({"--limit", "2"}), (std::vector<std::string>{due[0], sent[1]}));
  EXPECT_EQ(ids({"--state", "due"}), due);
  EXPECT_EQ(ids({"--state", "due,accepted"}), newest_first);
  EXPECT_EQ(ids({"--ressurs", "doedsfall_v1"}), newest_first);
  EXPECT_TRUE(ids({"--ressurs", "annullering_av_doedsfall_v1"}).empty());
  EXPECT_TRUE(ids({"--reason", "operator"}).empty());
  EXPECT_TRUE(ids({"--blocked"}).empty());
  EXPECT_TRUE(ids({"--until", "2026-01-01T00:00:00Z"}).empty());
  EXPECT_EQ(ids({"--since", "2026-01-01T00:00:00Z"}), newest_first);
  ExpectRefused(agency.Run({"list", "--state", "acepted"}), 2, {"--state", "accepted"});

  const Finished people = agency.Run({"list"});
  EXPECT_EQ(people.code(), 0);
  EXPECT_EQ(CountOf(people.out, "\n"), 4U) << people.out;  // and the heads
  EXPECT_THAT(people.out, HasSubstr("sak-***********-1"));
}

TEST(Everyday, ShowFindsByIdIdentifierAndReference) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Drain();
  // What is personal comes by standard input, never on the command line.
  const std::vector<Json> by_identifier = agency.Ask({"show", "-"}, 0, Agency::Identifier(1));
  ASSERT_EQ(by_identifier.size(), 1U);
  EXPECT_EQ(Get(by_identifier[0], "id"), ids[0]);
  const std::vector<Json> by_reference =
      agency.Ask({"show", "--ref", "-"}, 0, "ref-" + Agency::Identifier(1));
  ASSERT_EQ(by_reference.size(), 1U);
  EXPECT_EQ(Get(by_reference[0], "id"), ids[0]);
  const auto attempts = by_identifier[0]->getArray("attempt_list");
  ASSERT_EQ(attempts->size(), 1U);
  EXPECT_EQ(Get(attempts->getObject(0), "http_status"), "202");

  const Finished people = agency.Run({"show", ids[0]});
  for (const char* part : {"accepted", "folkeregisterReferanse", "202", "queued", "answered"}) {
    EXPECT_THAT(people.out, HasSubstr(part));
  }
  ExpectRefused(agency.Run({"show", "018f3c2e-1111-7222-8333-444455556666"}), 1, {"no", "message"});
}

TEST(Everyday, ContentIsShownOnlyWhenAskedForAndThatIsWritten) {
  Agency agency;
  const std::vector<std::string> ids = agency.Enqueue({1});
  const std::string document = DeathNotice(Agency::Identifier(1), PersonNumber(1));
  EXPECT_TRUE(agency.Show(ids[0])->isNull("content"));
  const Finished shown = agency.Reveal({"--json", "show", ids[0], "--content"});
  ASSERT_EQ(shown.code(), 0) << shown.err;
  const Json content = JsonLines(shown.out).at(0)->getObject("content");
  ASSERT_FALSE(content.isNull());
  EXPECT_EQ(Get(content, "document"), document);
  EXPECT_THAT(agency.Reveal({"show", ids[0], "--content"}).out, HasSubstr(PersonNumber(1)));

  int read = 0;
  for (const Json& event : agency.Ask({"events"})) {
    if (Get(event, "event") != "content-read") continue;
    ++read;
    EXPECT_EQ(Get(event, "id"), ids[0]);
    EXPECT_THAT(Get(event, "actor"), StartsWith("cli:"));
  }
  EXPECT_EQ(read, 2);
}

TEST(Everyday, EventsAreTheHistoryAndCanBeFollowed) {
  SimulatorFixture reg;
  Agency agency(reg);
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Drain();
  const std::vector<Json> events = agency.Ask({"events"});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(Get(events[0], "event"), "queued");
  EXPECT_EQ(Get(events[1], "event"), "accepted");
  EXPECT_EQ(Get(events[1], "id"), ids[0]);
  EXPECT_EQ(Get(events[1], "state"), "accepted");
  const std::string first = Get(events[0], "event_id");
  EXPECT_EQ(agency.Ask({"events", "--after", first}).size(), 1U);

  ChildProcess& follower =
      agency.Start({"events", "--after", Get(events[1], "event_id"), "--follow"});
  const std::vector<std::string> more = agency.Enqueue({2});
  EXPECT_TRUE(follower.AwaitOut(more[0])) << follower.Err();
}

TEST(Everyday, StatusIsOneScreenAndACheck) {
  SimulatorFixture reg;
  Agency agency(reg);
  agency.Enqueue({1, 2});
  agency.Drain();
  agency.Enqueue({3});
  const Json status = agency.Status();
  const auto states = status->getObject("states");
  EXPECT_EQ(Get(states, "accepted"), "2");
  EXPECT_EQ(Get(states, "due"), "1");
  EXPECT_EQ(Get(states, "in_doubt"), "0");
  EXPECT_EQ(status->getArray("alarms")->size(), 0U);
  EXPECT_GT(std::stoi(Get(status, "certificate_days")), 800);
  EXPECT_NE(Get(status, "oldest_due_s"), "");
  EXPECT_EQ(Get(status, "rate"), "2");
  const Finished screen = agency.Run({"status", "--check"});
  EXPECT_EQ(screen.code(), 0);
  EXPECT_THAT(screen.out, StartsWith("no alarms\n"));
  EXPECT_THAT(screen.out, HasSubstr("2 accepted"));
}

TEST(Everyday, StatusCheckEndsWithOneWhileAnAlarmStands) {
  SimulatorFixture reg;
  Agency agency(reg);
  LogWatch::Expect("alarm-raised");
  const std::vector<std::string> ids = agency.Enqueue({1});
  agency.Ask({"hold", ids[0]});
  agency.StartWorker();
  agency.StopWorker();  // at its start it has looked
  EXPECT_TRUE(agency.Alarm("held"));
  EXPECT_EQ(agency.Run({"status", "--check"}).code(), 1);
  EXPECT_EQ(agency.Run({"status"}).code(), 0);
  EXPECT_THAT(agency.Run({"status"}).out, StartsWith("ALARM"));
}

TEST(Everyday, ValidateChecksAndStoresNothing) {
  Agency agency;
  const std::string good = agency.Letter(1);
  const std::string bad = agency.File("bad.xml", "<nothing/>");
  EXPECT_EQ(agency.Run({"validate", good}).code(), 0);
  const std::vector<Json> lines = agency.Ask({"validate", good, bad}, 1);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(Get(lines[0], "valid"), "true");
  EXPECT_EQ(Get(lines[0], "ressurs"), "doedsfall_v1");
  EXPECT_EQ(Get(lines[1], "valid"), "false");
  EXPECT_EQ(lines[1]->getArray("violations")->size(), 1U);
  EXPECT_EQ(agency.Run({"validate", "--ressurs", "annullering_av_doedsfall_v1", good}).code(), 1);
  EXPECT_EQ(agency.Run({"validate", "--edition", "1.1", "--schema-only", good}).code(), 0);
  EXPECT_EQ(agency.Run({"validate", "--edition", "9.9", good}).code(), 2);
  EXPECT_FALSE(std::filesystem::exists(agency.store()));
}

TEST(Everyday, SchemasAreListedAndChecked) {
  Agency agency;
  const std::vector<Json> listed = agency.Ask({"schemas", "list"});
  const std::vector<Json> checked = agency.Ask({"schemas", "check"});
  const auto deaths = std::count_if(listed.begin(), listed.end(), [](const Json& line) {
    return Get(line, "ressurs") == "doedsfall_v1";
  });
  EXPECT_EQ(deaths, 3) << "1.0, 1.1 and 1.2";
  ASSERT_EQ(checked.size(), listed.size());
  for (const Json& line : checked) {
    EXPECT_EQ(Get(line, "usable"), "true");
    EXPECT_EQ(Get(line, "hash").size(), 64U);
  }
  EXPECT_EQ(agency.Run({"schemas", "check"}).code(), 0);
}

TEST(Everyday, ConfigTellsWhatHoldsAndWhereFrom) {
  Agency agency;
  std::map<std::string, Json> rows;
  for (const Json& line : agency.Ask({"config"})) {
    rows[Get(line, "section") + "." + Get(line, "key")] = line;
  }
  EXPECT_EQ(Get(rows["register.organisation_number"], "value"), "100101688");
  EXPECT_THAT(Get(rows["register.organisation_number"], "from"), HasSubstr("utboks.toml:"));
  EXPECT_EQ(Get(rows["delivery.lifetime"], "from"), "default");
  EXPECT_EQ(rows.count("http.listen"), 0U) << "not in this version";
}

TEST(Everyday, TheConfigurationComesByOptionOrEnvironmentBeforeAndAfterTheCommand) {
  Agency agency;
  const auto code = [&](std::vector<std::string> words, std::vector<std::string> environment) {
    words.insert(words.begin(), UTBOKS_PROGRAM);
    return RunToEnd({.argv = words, .environment = std::move(environment)}).code();
  };
  EXPECT_EQ(code({"--config", agency.config_file(), "--json", "migrate"}, {}), 0);
  EXPECT_EQ(code({"status", "--json", "--config", agency.config_file()}, {}), 0);
  EXPECT_EQ(code({"status"}, {"UTBOKS_CONFIG=" + agency.config_file()}), 0);
  EXPECT_EQ(code({"status"}, {"UTBOKS_CONFIG=" + agency.folder() + "/none.toml"}), 78);
}

}  // namespace
}  // namespace utboks::testing
