// The command line with a store in memory: words in, lines and exit code out.
#include "producer/app/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "producer/app/cli/command.h"
#include "tests/support/log_watch.h"
#include "tests/unit/app/fake_parts.h"

namespace utboks::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> Names(const Poco::JSON::Object::Ptr& object) {
  auto names = object->getNames();
  std::sort(names.begin(), names.end());
  return names;
}

class ProgramTest : public ::testing::Test {
 protected:
  Ran Run(const std::vector<std::string>& words, const std::string& in = "",
          bool terminal = false) {
    return RunWith(bench_, words, in, terminal);
  }
  testing::FakeDesk& desk() { return bench_.store.desk; }
  testing::FakeReplays& replays() { return bench_.store.replays; }
  std::string IdOf(std::size_t index) { return FormatUuid(desk().messages[index].id); }

  Bench bench_;
};

// ---- words ----

TEST_F(ProgramTest, WrongWordsEndWithTwoAndOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"lsit"},
      {"list", "--colour"},
      {"list", "--limit", "many"},
      {"list", "--limit", "-1"},
      {"list", "--state", "sent"},
      {"list", "--since", "2026-11-23T22:15:00"},
      {"list", "--until", "yesterday"},
      {"list", "--ressurs", "dodsfall_v1"},
      {"show"},
      {"hold"},
      {"release"},
      {"release", "x", "--reason", "y"},
      {"replay"},
      {"replay", "x", "--state", "held"},
      {"replay", "--state", "due"},
      {"replay", "--state", "accepted"},
      {"replay", "x", "--rate", "60"},
      {"replay", "x", "--rate", "0/min"},
      {"replay", "x", "--rate", "60001/min"},
      {"replay", "x", "--rate", "/min"},
      {"replay", "x", "--canary", "0"},
      {"replay", "x", "--canary", "1001"},
      {"replay", "--jobs", "x"},
      {"replay", "--job", "1", "--state", "held"},
      {"replay", "--job", "1", "--cancel", "1"},
      {"replay", "--job", "first"},
      {"replay", "--edit", "f.xml"},
      {"replay", "--edit", "f.xml", "x", "y"},
      {"replay", "--edit", "f.xml", "--state", "held"},
      {"replay", "--vedlegg", "f.pdf", "x"},
      {"pause", "dodsfall_v1"},
      {"pause", "--until", "tomorrow"},
      {"pause", "--until", "2020-01-01T00:00:00Z"},
      {"acknowledge"},
      {"events", "--after", "-3"},
      {"backup"},
      {"status", "list"},
      {"--config"},
      {"hold", "-", "--why", "x"},  // standard input names none
      {"list", "--limit", "99999999999999999999"},
  };
  for (const auto& words : wrong) {
    const Ran ran = Run(words);
    std::string all;
    for (const auto& word : words) all += word + " ";
    EXPECT_EQ(ran.exit_code, 2) << all << ran.err;
    EXPECT_EQ(LinesOf(ran.err).size(), 1U) << all << "\n" << ran.err;
    EXPECT_THAT(ran.err, StartsWith("utboks: ")) << all;
    EXPECT_THAT(ran.out, IsEmpty()) << all;
  }
}

TEST_F(ProgramTest, ANumberThatIsNoneIsSaidInFewWords) {
  EXPECT_THAT(Run({"list", "--limit", "-1"}).err,
              StartsWith("utboks: --limit: must be a whole number, 0 or more;"));
  EXPECT_THAT(Run({"events", "--after", "x"}).err,
              StartsWith("utboks: --after: must be a whole number, 0 or more;"));
}

TEST_F(ProgramTest, ShowTakesOneMessage) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  desk().AddMessage("b", State::kDue, "doedsfall_v1");
  EXPECT_EQ(Run({"show", "-"}, "a\n").exit_code, 0);
  EXPECT_EQ(Run({"show", "-"}, "a\nb\n").exit_code, 2);
}

TEST_F(ProgramTest, SlipsAreNamed) {
  EXPECT_THAT(Run({"lsit"}).err, HasSubstr("did you mean list?"));
  EXPECT_THAT(Run({"list", "--state", "in-doubt"}).err, HasSubstr("did you mean in_doubt?"));
  EXPECT_THAT(Run({"pause", "dodsfall_v1"}).err, HasSubstr("did you mean doedsfall_v1?"));
}

TEST_F(ProgramTest, HelpNamesExactlyWhatIsBuilt) {
  const Ran ran = Run({"--help"});
  EXPECT_EQ(ran.exit_code, 0);
  for (const char* absent : {"amqp", "spool", "http", "feedback", "notices", "canary"}) {
    EXPECT_THAT(ran.out, Not(HasSubstr(absent)));
  }
  for (const auto& command : AllCommands()) {
    EXPECT_THAT(ran.out, HasSubstr("  " + command->name() + " "));
    const Ran own = Run({command->name(), "--help"});
    EXPECT_EQ(own.exit_code, 0) << command->name();
    EXPECT_THAT(own.out, HasSubstr(command->summary())) << command->name();
  }
}

TEST_F(ProgramTest, GlobalOptionsStandBeforeAndAfterTheCommand) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--json", "--config", "x.toml", "list"},
        {"list", "--json", "--config", "x.toml"},
        {"--json", "list", "--config=x.toml"}}) {
    const Ran ran = Run(words);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("{"));
    EXPECT_EQ(bench_.config_path, "x.toml");
  }
}

TEST_F(ProgramTest, AFailureIsOneLineOrOneObject) {
  bench_.store_failure = Status(Code::kBusy, "the store is busy: try again");
  const Ran people = Run({"list"});
  EXPECT_EQ(people.exit_code, 75);
  EXPECT_EQ(people.err, "utboks: the store is busy: try again\n");
  const Ran programs = Run({"list", "--json"});
  EXPECT_EQ(programs.exit_code, 75);
  EXPECT_EQ(programs.err,
            "{\"error\":{\"code\":\"busy\",\"text\":\"the store is busy: try again\"}}\n");
  EXPECT_THAT(programs.out, IsEmpty());
}

TEST_F(ProgramTest, EachCommandEndsWithTheStoresOwnCode) {
  bench_.store_failure = Status(Code::kOutdated, "run `utboks migrate` first");
  const std::vector<std::vector<std::string>> all = {
      {"status"},           {"list"},        {"show", "x"},  {"hold", "x"},   {"release", "x"},
      {"replay", "x"},      {"cancel", "x"}, {"close", "x"}, {"pause"},       {"resume"},
      {"acknowledge", "x"}, {"events"},      {"purge"},      {"backup", "x"}, {"migrate"}};
  for (const auto& words : all) EXPECT_EQ(Run(words).exit_code, 75) << words[0];
}

TEST_F(ProgramTest, AFullStandardOutputIsToldAndNotTakenForSuccess) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  std::istringstream in;
  std::ostringstream out, err;
  out.setstate(std::ios::badbit);
  const int code = RunProgram({"list"}, Streams{in, out, err},
                              [&](const auto&) { return std::make_unique<FakeParts>(bench_); });
  EXPECT_EQ(code, 65);
  EXPECT_THAT(err.str(), HasSubstr("standard output cannot be written"));
}

// ---- list ----

TEST_F(ProgramTest, AMessageAsJsonHasExactlyItsFields) {
  auto& message = desk().AddMessage("sak-1", State::kHeld, "doedsfall_v1", "http-413");
  message.due = WallFromMillis(1'795'475'700'123);
  message.attempts = 3;
  message.reference = "abc";
  const Ran ran = Run({"list", "--json"});
  ASSERT_EQ(LinesOf(ran.out).size(), 1U) << ran.out;
  const auto json = Json(ran.out);
  EXPECT_THAT(Names(json),
              ElementsAre("attempts", "avsendersMeldingsidentifikator", "due", "edition",
                          "folkeregisterReferanse", "id", "reason", "received", "replaced_by",
                          "replaces", "ressurs", "state", "waits_for"));
  EXPECT_EQ(json->getValue<std::string>("id"), IdOf(0));
  EXPECT_EQ(json->getValue<std::string>("avsendersMeldingsidentifikator"), "sak-1");
  EXPECT_EQ(json->getValue<std::string>("state"), "held");
  EXPECT_EQ(json->getValue<std::string>("reason"), "http-413");
  EXPECT_EQ(json->getValue<std::string>("due"), "2026-11-23T23:15:00.123Z");
  EXPECT_EQ(json->getValue<int>("attempts"), 3);
  EXPECT_TRUE(json->isNull("waits_for"));
  EXPECT_EQ(json->getValue<std::string>("folkeregisterReferanse"), "abc");
}

TEST_F(ProgramTest, WhatAMessageWaitsForIsNamed) {
  Uuid head{};
  head[0] = 1;
  struct Case {
    WaitsFor waits_for;
    const char* text;
  };
  const Case cases[] = {
      {{WaitsFor::Kind::kTime, WallFromMillis(5), {}, ""}, "time"},
      {{WaitsFor::Kind::kHead, {}, head, ""}, "head:01000000-0000-0000-0000-000000000000"},
      {{WaitsFor::Kind::kGate, {}, {}, "doedsfall_v1"}, "gate:doedsfall_v1"},
      {{WaitsFor::Kind::kGate, {}, {}, ""}, "gate:site"},
      {{WaitsFor::Kind::kRate, {}, {}, ""}, "rate"},
  };
  for (const Case& c : cases) {
    desk().messages.clear();
    desk().AddMessage("a", State::kDue, "doedsfall_v1").waits_for = c.waits_for;
    const Ran ran = Run({"list", "--json"});
    EXPECT_EQ(Json(ran.out)->getValue<std::string>("waits_for"), c.text);
  }
}

TEST_F(ProgramTest, IdentifiersThatLookLikeAPersonAreMasked) {
  desk().AddMessage("26854099137", State::kDue, "doedsfall_v1");
  desk().AddMessage("dod-26854099137", State::kDue, "doedsfall_v1");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"list"},
                                                {"list", "--json"},
                                                {"show", "26854099137"},
                                                {"show", "dod-26854099137", "--json"},
                                                {"show", "26854099138"},
                                                {"hold", "26854099138"},
                                                {"hold", "26854099138", "--json"},
                                                {"26854099137"},
                                                {"list", "26854099137"},
                                                {"list", "--state", "26854099137"}}) {
    const Ran ran = Run(words);
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("2685409913"))) << words[0];
    EXPECT_THAT(ran.out + ran.err, Not(IsEmpty()));
  }
}

TEST_F(ProgramTest, FiltersReachTheStore) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  desk().AddMessage("b", State::kHeld, "doedsfall_v1", "blame-run");
  desk().AddMessage("c", State::kHeld, "annullering_av_doedsfall_v1", "lifetime");
  desk().AddMessage("d", State::kRejected, "doedsfall_v1", "lifetime");
  desk().messages[0].waits_for.kind = WaitsFor::Kind::kHead;
  const auto count = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"list", "--json"});
    return LinesOf(Run(words).out).size();
  };
  EXPECT_EQ(count({}), 4U);
  EXPECT_EQ(count({"--state", "held"}), 2U);
  EXPECT_EQ(count({"--state", "held,rejected"}), 3U);
  EXPECT_EQ(count({"--state", "held", "--state", "due"}), 3U);
  EXPECT_EQ(count({"--ressurs", "doedsfall_v1"}), 3U);
  EXPECT_EQ(count({"--reason", "lifetime"}), 2U);
  EXPECT_EQ(count({"--blocked"}), 1U);
  EXPECT_EQ(count({"--limit", "2"}), 2U);
  EXPECT_EQ(count({"--limit", "0"}), 4U);
  EXPECT_EQ(count({"--since", "2026-11-24T00:15:00.003+01:00"}), 2U);
  EXPECT_EQ(count({"--until", "2026-11-23T23:15:00.003Z"}), 2U);
}

TEST_F(ProgramTest, TheTableIsForPeople) {
  auto& message = desk().AddMessage("esc\x1b[2J\nnew line", State::kDue, "doedsfall_v1");
  message.waits_for = {WaitsFor::Kind::kTime, WallFromMillis(1'795'475'700'000), {}, ""};
  const Ran ran = Run({"list"});
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2U) << ran.out;
  EXPECT_THAT(lines[0], StartsWith("id "));
  EXPECT_THAT(lines[1], HasSubstr("2026-11-24 00:15:00 +01:00"));
  EXPECT_THAT(lines[1], HasSubstr("esc?[2J?new line"));
}

TEST_F(ProgramTest, ManyRowsComeInPieces) {
  for (int i = 0; i < 1'201; ++i) desk().AddMessage(std::to_string(i), State::kDue, "r_v1");
  EXPECT_EQ(LinesOf(Run({"list", "--limit", "0", "--json"}).out).size(), 1'201U);
  EXPECT_EQ(LinesOf(Run({"list", "--limit", "0"}).out).size(), 1'201U + 3);
}

// ---- show ----

TEST_F(ProgramTest, ShowGivesAttemptsAndHistoryButNoContent) {
  auto& message = desk().AddMessage("sak-1", State::kRejected, "doedsfall_v1", "Feil");
  AttemptView attempt;
  attempt.id = 7;
  attempt.started = WallFromMillis(1'795'475'700'000);
  attempt.ended = WallFromMillis(1'795'475'700'250);
  attempt.result = AttemptResult::kAnswered;
  attempt.http_status = 400;
  attempt.feilkode = "Feil";
  attempt.answer = SensitiveText("<feil>Ola Nordmann</feil>");
  desk().attempts[message.id] = {attempt};
  EventView event;
  event.id = 1;
  event.event = "held";
  event.message = message.id;
  event.why = SensitiveText("Ola Nordmann called");
  desk().events = {event};
  desk().contents[message.id].document = SensitiveText("<melding>Ola Nordmann</melding>");

  const Ran json = Run({"show", "sak-1", "--json"});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  const auto object = Json(json.out);
  EXPECT_EQ(object->getArray("attempt_list")->getObject(0)->getValue<int>("http_status"), 400);
  EXPECT_EQ(object->getArray("events")->getObject(0)->getValue<std::string>("event"), "held");
  const Ran screen = Run({"show", IdOf(0)});
  EXPECT_THAT(screen.out, HasSubstr("250 ms"));
  EXPECT_THAT(json.out + screen.out, Not(HasSubstr("Nordmann")));
  EXPECT_THAT(desk().audits, IsEmpty());
}

TEST_F(ProgramTest, ContentIsShownOnlyOnDemandAndAudited) {
  auto& message = desk().AddMessage("sak-1", State::kDue, "doedsfall_v1");
  desk().contents[message.id].document = SensitiveText("<a>\n\x1b[2J</a>");
  const Ran screen = Run({"show", "sak-1", "--content"});
  EXPECT_EQ(screen.exit_code, 0);
  EXPECT_THAT(screen.out, HasSubstr("<a>\n?[2J</a>\n"));
  EXPECT_THAT(desk().audits, ElementsAre(IdOf(0) + " cli:kari"));
  const Ran json = Run({"show", "sak-1", "--content", "--json"});
  EXPECT_EQ(Json(json.out)->getObject("content")->getValue<std::string>("document"),
            "<a>\n\x1b[2J</a>");
  EXPECT_EQ(desk().audits.size(), 2U);
}

TEST_F(ProgramTest, PurgedContentIsSaidAndTheRestShown) {
  auto& message = desk().AddMessage("sak-1", State::kClosed, "doedsfall_v1");
  desk().purged_contents = {message.id};
  const Ran ran = Run({"show", "sak-1", "--content"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.err, HasSubstr("removed by purge"));
  EXPECT_THAT(ran.out, HasSubstr("closed"));
}

TEST_F(ProgramTest, AnUnknownMessageEndsWithOne) {
  const Ran ran = Run({"show", "nobody"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(LinesOf(ran.err).size(), 1U);
}

// ---- decisions ----

TEST_F(ProgramTest, DecisionsActWithReasonAndActor) {
  struct Case {
    const char* word;
    State from, to;
    Decision decision;
  };
  const Case cases[] = {{"hold", State::kDue, State::kHeld, Decision::kHold},
                        {"release", State::kHeld, State::kDue, Decision::kRelease},
                        {"replay", State::kRejected, State::kDue, Decision::kReplay},
                        {"cancel", State::kDue, State::kCancelled, Decision::kCancel},
                        {"close", State::kAccepted, State::kClosed, Decision::kClose}};
  for (const Case& c : cases) {
    desk().messages.clear();
    desk().acts.clear();
    desk().AddMessage("a", c.from, "doedsfall_v1");
    const Ran ran = Run({c.word, "a", "--why", "agreed by telephone", "--json"});
    EXPECT_EQ(ran.exit_code, 0) << c.word << ran.err;
    const auto json = Json(ran.out);
    EXPECT_EQ(json->getValue<std::string>("from"), StateName(c.from));
    EXPECT_EQ(json->getValue<std::string>("state"), StateName(c.to));
    ASSERT_EQ(desk().acts.size(), 1U);
    EXPECT_EQ(desk().acts[0].decision, c.decision);
    EXPECT_EQ(desk().acts[0].actor, "cli:kari");
    EXPECT_EQ(desk().acts[0].why.reveal(), "agreed by telephone");
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("telephone")));
  }
}

TEST_F(ProgramTest, TheWorstOfManyDecidesTheExitCode) {
  const Uuid sending = desk().AddMessage("a", State::kSending, "doedsfall_v1").id;
  const Uuid wrong = desk().AddMessage("b", State::kAccepted, "doedsfall_v1").id;
  desk().AddMessage("c", State::kDue, "doedsfall_v1");
  desk().answers[sending] = Status(Code::kBusy, "is being sent; try again");
  desk().answers[wrong] = Status(Code::kConflict, "an accepted message cannot be held");
  EXPECT_EQ(Run({"hold", "b", "c", "a", "nobody"}).exit_code, 75);
  const Ran ran = Run({"hold", "b", "c", "--json"});
  EXPECT_EQ(ran.exit_code, 1);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(Json(lines[0])->getObject("error")->getValue<std::string>("code"), "conflict");
  EXPECT_EQ(Run({"hold", "nobody", "c"}).exit_code, 1);
}

TEST_F(ProgramTest, IdsMayComeFromStandardInput) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  desk().AddMessage("b", State::kDue, "doedsfall_v1");
  const Ran ran = Run({"hold", "-"}, "a\r\n\n" + IdOf(1) + "\n");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(LinesOf(ran.out).size(), 2U);
}

TEST_F(ProgramTest, CancelSaysItsSpecialOptionOnlyWhenAsked) {
  desk().AddMessage("a", State::kDue, "doedsfall_v1");
  Run({"cancel", "a"});
  Run({"cancel", "a", "--may-be-registered"});
  ASSERT_EQ(desk().acts.size(), 2U);
  EXPECT_FALSE(desk().acts[0].may_be_registered);
  EXPECT_TRUE(desk().acts[1].may_be_registered);
}

TEST_F(ProgramTest, ReleaseByReasonTakesOnlyWhatIsHeldForIt) {
  desk().AddMessage("a", State::kHeld, "doedsfall_v1", "blame-run");
  desk().AddMessage("b", State::kHeld, "doedsfall_v1", "lifetime");
  desk().AddMessage("c", State::kRejected, "doedsfall_v1", "blame-run");
  const Ran ran = Run({"release", "--reason", "blame-run"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(desk().messages[0].state, State::kDue);
  EXPECT_EQ(desk().messages[1].state, State::kHeld);
  EXPECT_EQ(desk().messages[2].state, State::kRejected);
}

TEST_F(ProgramTest, ReplayByFilterShowsAsksAndBeginsAJob) {
  desk().AddMessage("a", State::kHeld, "doedsfall_v1", "lifetime");
  desk().AddMessage("b", State::kRejected, "doedsfall_v1", "Feil");
  const Ran no = Run({"replay", "--ressurs", "doedsfall_v1"}, "n\n", true);
  EXPECT_EQ(no.exit_code, 0);
  EXPECT_THAT(no.out, HasSubstr("lifetime"));
  EXPECT_THAT(no.err, HasSubstr("Replay 2 messages? [y/N]"));
  const Ran silent = Run({"replay", "--ressurs", "doedsfall_v1"});
  EXPECT_EQ(silent.exit_code, 2);
  EXPECT_THAT(silent.err, HasSubstr("--yes"));
  EXPECT_THAT(replays().begun, IsEmpty());
  const Ran yes = Run({"replay", "--reason", "Feil", "--why", "mended"}, "ja\n", true);
  EXPECT_EQ(yes.exit_code, 0) << yes.err;
  EXPECT_THAT(yes.out, HasSubstr("replay job 1: canary, 0 of 1 accepted, 1 waiting"));
  EXPECT_THAT(yes.err, HasSubstr("nothing moves while none runs"));
  ASSERT_EQ(replays().begun.size(), 1U);
  EXPECT_THAT(replays().begun[0].ids, ElementsAre(desk().messages[1].id));
  EXPECT_EQ(replays().begun[0].with.canary, 1);
  EXPECT_EQ(replays().begun[0].with.per_minute, 0);
  EXPECT_EQ(replays().begun[0].with.actor, "cli:kari");
  EXPECT_EQ(replays().begun[0].with.why.reveal(), "mended");
  EXPECT_EQ(Run({"replay", "--reason", "lifetime", "--yes", "--canary", "5", "--rate", "60/min"})
                .exit_code,
            0);
  EXPECT_EQ(replays().begun.at(1).with.canary, 5);
  EXPECT_EQ(replays().begun.at(1).with.per_minute, 60);
  EXPECT_EQ(Run({"replay", "--reason", "none", "--yes"}).exit_code, 0);
  EXPECT_EQ(replays().begun.size(), 2U) << "a job of nothing is none";
  EXPECT_THAT(desk().acts, IsEmpty());
}

TEST_F(ProgramTest, NamedMessagesAreReplayedAtOnceUnlessAJobIsAskedFor) {
  desk().AddMessage("a", State::kHeld, "doedsfall_v1", "lifetime");
  EXPECT_EQ(Run({"replay", "a"}).exit_code, 0);
  EXPECT_EQ(desk().acts.size(), 1U);
  EXPECT_THAT(replays().begun, IsEmpty());
  for (const auto& as_job : std::vector<std::vector<std::string>>{
           {"replay", "a", "--canary", "1"}, {"replay", "a", "--rate", "9/min"}}) {
    EXPECT_EQ(Run(as_job).exit_code, 0);
  }
  EXPECT_EQ(replays().begun.size(), 2U);
  EXPECT_EQ(desk().acts.size(), 1U);
}

TEST_F(ProgramTest, JobsAreShownCancelledAndResumed) {
  EXPECT_THAT(Run({"replay", "--jobs"}).err, HasSubstr("no replay jobs"));
  EXPECT_EQ(Run({"replay", "--job", "1"}).exit_code, 1);
  desk().AddMessage("a", State::kHeld, "doedsfall_v1", "lifetime");
  Run({"replay", "a", "--canary", "1"});
  ReplayJob& job = replays().jobs.at(0);
  job.progress.phase = ReplayPhase::kStopped;
  job.progress.counts = {4, 0, 3, 1, 0, 0, 0};
  job.reason = kStoppedByNewFailure;
  job.failure = "http-413";
  job.stopped_by = desk().messages[0].id;
  replays().items = {{desk().messages[0].id, ReplayItemState::kFailed, "http-413"}};
  const Ran shown = Run({"replay", "--job", "1"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, HasSubstr("replay job 1: stopped, 3 of 8 accepted, 4 waiting, 1 failed"));
  EXPECT_THAT(shown.out, HasSubstr("failed in a new way, http-413"));
  EXPECT_THAT(shown.out, HasSubstr("--resume 1"));
  const auto lines = LinesOf(Run({"replay", "--job", "1", "--json"}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(
      Names(Json(lines[0])),
      ElementsAre("accepted", "actor", "after_followers", "again", "batch", "blocked", "canary",
                  "created", "failed", "failure", "job", "messages", "per_minute", "phase",
                  "reason", "refused", "sent", "skipped", "stopped_by", "waiting"));
  EXPECT_EQ(Json(lines[1])->getValue<std::string>("result"), "failed");
  EXPECT_EQ(Run({"replay", "--resume", "1", "--why", "seen"}).exit_code, 0);
  EXPECT_EQ(Run({"replay", "--cancel", "1"}).exit_code, 0);
  EXPECT_THAT(replays().calls,
              ElementsAre("add 1", "resume 1 by cli:kari: seen", "cancel 1 by cli:kari: "));
  EXPECT_EQ(Run({"replay", "--job", "1", "--wait"}).exit_code, 1) << "it was cancelled";
  job.progress.phase = ReplayPhase::kDone;
  job.progress.counts = {0, 0, 8, 0, 0, 0, 0};
  EXPECT_EQ(Run({"replay", "--job", "1", "--wait"}).exit_code, 0);
}

TEST_F(ProgramTest, ADryRunCountsByCauseAndDoesNothing) {
  desk().AddMessage("a", State::kHeld, "doedsfall_v1", "lifetime");
  desk().AddMessage("b", State::kHeld, "doedsfall_v1", "lifetime");
  desk().AddMessage("c", State::kRejected, "doedsfall_v1", "Feil");
  const Ran ran = Run({"replay", "--ressurs", "doedsfall_v1", "--dry-run", "--json"});
  EXPECT_EQ(ran.exit_code, 0);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2U);
  const auto first = Json(lines[0]);
  EXPECT_EQ(first->getValue<int>("count"), 2);
  EXPECT_EQ(first->getValue<std::string>("reason"), "lifetime");
  EXPECT_THAT(desk().acts, IsEmpty());
  EXPECT_EQ(Run({"replay", "c", "--dry-run"}).exit_code, 0);
  EXPECT_THAT(desk().acts, IsEmpty());
}

TEST_F(ProgramTest, ReplayAgainReachesAcceptedOnes) {
  desk().AddMessage("a", State::kAccepted, "doedsfall_v1");
  EXPECT_EQ(
      Run({"replay", "--state", "accepted", "--again", "--after-followers", "--yes"}).exit_code, 0);
  ASSERT_EQ(replays().begun.size(), 1U);
  EXPECT_TRUE(replays().begun[0].with.again);
  EXPECT_TRUE(replays().begun[0].with.after_followers);
}

// ---- the rest ----

TEST_F(ProgramTest, PauseAndResume) {
  EXPECT_EQ(Run({"pause", "--until", "+2h", "--why", "upgrade"}).exit_code, 0);
  EXPECT_EQ(Run({"pause", "doedsfall_v1"}).exit_code, 0);
  EXPECT_EQ(Run({"resume", "doedsfall_v1"}).exit_code, 0);
  EXPECT_EQ(Run({"acknowledge", "double", "--why", "seen"}).exit_code, 0);
  const auto until = ToMillis(testing::ManualClock::kStart) + 2 * 3'600'000;
  EXPECT_THAT(
      desk().gate_calls,
      ElementsAre("pause  until " + std::to_string(until) + " by cli:kari: upgrade",
                  "pause doedsfall_v1 until resumed by cli:kari: ",
                  "resume doedsfall_v1 by cli:kari: ", "acknowledge double by cli:kari: seen"));
  desk().next_failure = Status(Code::kConflict, "nothing stood");
  EXPECT_EQ(Run({"resume"}).exit_code, 1);
}

TEST_F(ProgramTest, StatusAsJsonHasExactlyItsFields) {
  Gate open;
  open.name = "doedsfall_v1";
  Gate site;
  site.outage = site.paused = true;
  site.outage_reason = "connect-refused";
  site.outage_since = WallFromMillis(1'000);
  site.next_probe = WallFromMillis(5'000);
  site.paused_since = WallFromMillis(2'000);
  desk().overview.gates = {site, open};
  desk().overview.states = {{State::kDue, 3}, {State::kAccepted, 9}};
  desk().overview.oldest_due = testing::ManualClock::kStart - Millis(12'345);
  desk().overview.sent_last_minute = 77;
  const auto json = Json(Run({"status", "--json"}).out);
  EXPECT_THAT(Names(json), ElementsAre("alarms", "certificate_days", "gates", "notice",
                                       "oldest_due_s", "rate", "replays", "states"));
  EXPECT_TRUE(json->isNull("notice"));
  EXPECT_EQ(json->getObject("states")->getValue<int>("due"), 3);
  EXPECT_EQ(json->getObject("states")->getValue<int>("held"), 0);
  EXPECT_EQ(json->getObject("states")->size(), 9U);
  EXPECT_EQ(json->getValue<int>("oldest_due_s"), 12);
  EXPECT_EQ(json->getValue<int>("rate"), 77);
  EXPECT_EQ(json->getValue<int>("certificate_days"), 200);
  const auto first = json->getArray("gates")->getObject(0);
  EXPECT_THAT(Names(first), ElementsAre("name", "next", "reason", "since", "state"));
  EXPECT_EQ(first->getValue<std::string>("name"), "site");
  EXPECT_EQ(first->getValue<std::string>("state"), "closed");
  EXPECT_EQ(first->getValue<std::string>("reason"), "outage: connect-refused; pause");
  EXPECT_EQ(first->getValue<std::string>("since"), "1970-01-01T00:00:01.000Z");
  const auto second = json->getArray("gates")->getObject(1);
  EXPECT_EQ(second->getValue<std::string>("state"), "open");
  EXPECT_TRUE(second->isNull("reason"));
  EXPECT_EQ(json->getArray("alarms")->size(), 0U);
  const auto screen = LinesOf(Run({"status"}).out);
  ASSERT_EQ(screen.size(), 8U);
  EXPECT_THAT(screen[5], StartsWith("site         outage: connect-refused; pause  1970-01-01"));
  EXPECT_EQ(screen[6], "gates: all others open");
}

TEST_F(ProgramTest, StatusShowsTheRegistersNoticeBesideTheGates) {
  const std::string feed = "https://feed.example/rss.xml";
  bench_.config = "[notices]\nurls = [\"" + feed + "\"]\n";
  Gate open;
  open.name = "doedsfall_v1";
  desk().overview.gates = {open};
  EXPECT_TRUE(Json(Run({"status", "--json"}).out)->isNull("notice"));
  EXPECT_THAT(Run({"status"}).out, HasSubstr("register's notice: none that concerns producers"));
  Notice notice;
  notice.title = "Stans i mottak";
  notice.operating = true;
  notice.concern = NoticeConcern::kYes;
  notice.first_seen = testing::ManualClock::kStart;
  bench_.store.board.feeds[feed] = {notice};
  const Ran check = Run({"status", "--check"});
  EXPECT_EQ(check.exit_code, 0) << "it changes nothing";
  const auto screen = LinesOf(check.out);
  ASSERT_GE(screen.size(), 3U);
  EXPECT_EQ(screen[screen.size() - 3], "gates: all open");
  EXPECT_THAT(screen[screen.size() - 2], StartsWith("register's notice: \"Stans i mottak\": open"));
  const auto json = Json(Run({"status", "--json"}).out)->getObject("notice");
  EXPECT_THAT(Names(json), ElementsAre("concerns_producers", "first_seen", "link", "news_at",
                                       "published", "state", "title"));
  EXPECT_EQ(json->getValue<std::string>("state"), "open");
}

TEST_F(ProgramTest, StatusCheckEndsWithOneWhileAnAlarmStands) {
  EXPECT_EQ(Run({"status", "--check"}).exit_code, 0);
  desk().overview.alarms = {{"site-closed", "", WallFromMillis(0), 1, false}};
  EXPECT_EQ(Run({"status"}).exit_code, 0);
  const Ran ran = Run({"status", "--check"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(LinesOf(ran.out).at(1), StartsWith("site-closed"));
  const auto json = Json(Run({"status", "--check", "--json"}).out);
  EXPECT_EQ(json->getArray("alarms")->getObject(0)->getValue<std::string>("name"), "site-closed");
}

TEST_F(ProgramTest, StatusSaysWhenNothingIsKnown) {
  bench_.certificate_days = std::nullopt;
  const auto json = Json(Run({"status", "--json"}).out);
  EXPECT_TRUE(json->isNull("oldest_due_s"));
  EXPECT_TRUE(json->isNull("certificate_days"));
  EXPECT_THAT(Run({"status"}).out, HasSubstr("utboks doctor"));
}

TEST_F(ProgramTest, EventsAreJsonLinesInOrder) {
  for (int i = 1; i <= 1'200; ++i) {
    EventView event;
    event.id = i;
    event.event = "queued";
    event.message[0] = 1;
    event.identifikator = SensitiveText("26854099137");
    event.ressurs = "doedsfall_v1";
    event.actor = "cli:kari";
    desk().events.push_back(event);
  }
  const Ran all = Run({"events"});
  EXPECT_EQ(LinesOf(all.out).size(), 1'200U);
  EXPECT_THAT(all.out, Not(HasSubstr("26854099137")));
  const auto last = LinesOf(Run({"events", "--after", "1199"}).out);
  ASSERT_EQ(last.size(), 1U);
  const auto json = Json(last[0]);
  EXPECT_THAT(Names(json), ElementsAre("actor", "avsendersMeldingsidentifikator", "event",
                                       "event_id", "folkeregisterReferanse", "from", "id", "reason",
                                       "ressurs", "state", "stream", "time", "version"));
  EXPECT_EQ(json->getValue<int>("event_id"), 1'200);

  EventView shut;
  shut.id = 1'201;
  shut.event = "gate-closed";
  shut.reason = "http-500";
  desk().events.push_back(shut);
  const auto gate = Json(LinesOf(Run({"events", "--after", "1200"}).out).at(0));
  EXPECT_THAT(Names(gate), ElementsAre("actor", "concerns", "event", "event_id", "reason", "stream",
                                       "time", "version"));
  EXPECT_EQ(gate->getValue<std::string>("concerns"), "site");
}

TEST_F(ProgramTest, PurgeReports) {
  desk().purge_steps = {{5, 4, 3}, {0, 1, 0}};
  const auto json = Json(Run({"purge", "--json"}).out);
  EXPECT_EQ(json->getValue<int>("closed"), 5);
  EXPECT_EQ(json->getValue<int>("contents"), 5);
  EXPECT_EQ(json->getValue<int>("records"), 3);
}

TEST_F(ProgramTest, OnlyMigrateMigrates) {
  Run({"status"});
  Run({"backup", "/tmp/copy.db"});
  Run({"migrate"});
  ASSERT_EQ(bench_.uses.size(), 3U);
  EXPECT_FALSE(bench_.uses[0].migrate);
  EXPECT_FALSE(bench_.uses[1].migrate);
  EXPECT_TRUE(bench_.uses[2].migrate);
  for (const StoreUse& use : bench_.uses) {
    EXPECT_EQ(use.create, use.migrate) << "only migrate makes a store where there is none";
    EXPECT_FALSE(use.as_worker);
  }
  EXPECT_THAT(bench_.store.backups, ElementsAre("/tmp/copy.db"));
}

TEST_F(ProgramTest, ConfigShowsEachSettingWithItsSource) {
  const Ran json = Run({"config", "--json"});
  EXPECT_EQ(json.exit_code, 0);
  bool seen = false;
  for (const std::string& line : LinesOf(json.out)) {
    const auto row = Json(line);
    if (row->getValue<std::string>("key") != "max_in_flight") continue;
    seen = true;
    EXPECT_EQ(row->getValue<std::string>("section"), "delivery");
    EXPECT_EQ(row->getValue<std::string>("value"), "32");
    EXPECT_EQ(row->getValue<std::string>("from"), "default");
  }
  EXPECT_TRUE(seen);
  EXPECT_THAT(json.out, Not(HasSubstr("spool")));
  bench_.config_failure = Status(Code::kConfig, "utboks.toml:3: wrong");
  EXPECT_EQ(Run({"config"}).exit_code, 78);
}

}  // namespace
}  // namespace utboks::app
