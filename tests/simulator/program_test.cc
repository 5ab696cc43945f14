// The program utboks-simulator itself.
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/simulator/plain_client.h"
#include "tests/support/child_process.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/temp_dir.h"

namespace utboks::simulator {
namespace {

using testing::ChildProcess;
using testing::DevPki;
using testing::Finished;
using ::testing::HasSubstr;
using testing::ProcessExit;
using testing::SimulatorFixture;
using testing::TempDir;

std::vector<std::string> Command(std::vector<std::string> more) {
  std::vector<std::string> argv = {UTBOKS_SIMULATOR_PROGRAM};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

std::vector<std::string> Usual(std::vector<std::string> more) {
  std::vector<std::string> argv =
      Command({"--listen", "127.0.0.1:0", "--pki", DevPki::Shared().folder(), "--schemas",
               UTBOKS_SOURCE_DIR "/schemas"});
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

void ExpectOneLine(const Finished& run, int code, std::string_view says) {
  EXPECT_EQ(run.code(), code) << run.err;
  EXPECT_THAT(run.err, HasSubstr(std::string(says)));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_EQ(run.out, "");
}

TEST(Program, HelpNamesEverything) {
  const Finished run = testing::RunToEnd({.argv = Command({"--help"})});
  EXPECT_EQ(run.code(), 0);
  EXPECT_EQ(run.err, "");
  for (const char* name :
       {"--listen", "--pki", "--scenario", "--journal", "--seed", "--schemas", "--rate-limit",
        "--no-validate", "--port-file", "docs/simulator.md", "Exit:"}) {
    EXPECT_THAT(run.out, HasSubstr(name));
  }
}

TEST(Program, RunsAsAProcessAndEndsQuietlyWhenTold) {
  SimulatorFixture reg({.child = true});
  PlainClient client(reg.port());
  EXPECT_EQ(client.Post("doedsfall_v1", DeathNotice("x")).status, 202);
  EXPECT_EQ(reg.Accepted().size(), 1U);
  reg.child()->Signal(SIGTERM);
  EXPECT_EQ(reg.child()->Wait(), (ProcessExit{.code = 0}));
  EXPECT_EQ(reg.child()->Err(), "");
  EXPECT_EQ(client.Receive().end, Reply::End::kClosed);
}

TEST(Program, EndsAtOnceWithARequestHanging) {
  SimulatorFixture reg({.scenario = "step = [{kind='hang'}]", .child = true});
  PlainClient client(reg.port());
  ASSERT_TRUE(client.Send("HEAD /folkeregisteret/mottak/api/doedsfall_v1 HTTP/1.1\r\n\r\n"));
  ASSERT_TRUE(reg.Await([](const testing::JournalLine& line) { return line.sent == "hang"; }));
  reg.child()->Signal(SIGINT);
  EXPECT_EQ(reg.child()->Wait(), (ProcessExit{.code = 0}));
}

TEST(Program, TheJournalCanGoToStandardOutput) {
  const TempDir folder;
  auto child =
      ChildProcess::Start({.argv = Usual({"--journal", "-", "--port-file", folder.File("port")})});
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(child.value()->AwaitErr("listening on"));
  int port = 0;
  std::ifstream(folder.File("port")) >> port;
  PlainClient client(static_cast<std::uint16_t>(port));
  client.Head("doedsfall_v1");
  EXPECT_TRUE(child.value()->AwaitOut("\"event\":\"end\""));
  EXPECT_THAT(child.value()->Out(), ::testing::StartsWith("{"));
}

TEST(Program, TheJournalIsAppendedTo) {
  const TempDir folder;
  for (int run = 0; run < 2; ++run) {
    auto child =
        ChildProcess::Start({.argv = Usual({"--journal", folder.File("journal"), "--port-file",
                                            folder.File(fmt::format("port{}", run))})});
    ASSERT_TRUE(child.ok());
    ASSERT_TRUE(child.value()->AwaitOut("listening on"));
    int port = 0;
    std::ifstream(folder.File(fmt::format("port{}", run))) >> port;
    PlainClient(static_cast<std::uint16_t>(port)).Head("doedsfall_v1");
    child.value()->Kill();
  }
  std::ifstream journal(folder.File("journal"));
  std::string line;
  int lines = 0;
  while (std::getline(journal, line)) ++lines;
  EXPECT_EQ(lines, 4);
}

TEST(Program, ATakenPortIsToldWith78) {
  Poco::Net::ServerSocket taken;
  taken.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
  taken.listen();
  const std::string address = taken.address().toString();
  auto argv = Usual({});
  argv[2] = address;
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, address);
}

TEST(Program, TwoSimulatorsDoNotShareAPort) {
  SimulatorFixture reg({.scenario = "step = [{kind='refuse'}]"});
  auto argv = Usual({});
  argv[2] = fmt::format("127.0.0.1:{}", reg.port());  // held, though it is shut now
  SimulatorFixture open;
  argv[2] = fmt::format("127.0.0.1:{}", open.port());
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, argv[2]);
}

TEST(Program, WrongScenarioCertificatesAndSchemasAreToldWith78) {
  const TempDir folder;
  std::ofstream(folder.File("s.toml")) << "surprise = 1";
  ExpectOneLine(testing::RunToEnd({.argv = Usual({"--scenario", folder.File("s.toml")})}), 78,
                "does not know \"surprise\"");

  auto argv = Usual({});
  argv[4] = folder.File("nothing");
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, "make-dev-pki.sh");
  std::filesystem::create_directory(argv[4]);
  for (const char* name : {"ca.pem", "server.pem", "server-key.pem"}) {
    std::ofstream(argv[4] + "/" + name) << "no certificate";
  }
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, argv[4]);
  // A key that is not the certificate's.
  std::filesystem::remove_all(argv[4]);
  std::filesystem::copy(DevPki::Shared().folder(), argv[4]);
  std::filesystem::copy_file(DevPki::Shared().key("client"), argv[4] + "/server-key.pem",
                             std::filesystem::copy_options::overwrite_existing);
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, argv[4]);

  argv = Usual({});
  argv[6] = folder.path().string();
  std::ofstream(folder.File("catalogue.xml")) << "<x/>";
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, "catalogue.xml");
}

TEST(Program, FilesThatCannotBeOpenedAreToldWith65) {
  const TempDir folder;
  ExpectOneLine(testing::RunToEnd({.argv = Usual({"--scenario", folder.File("none.toml")})}), 65,
                "none.toml");
  ExpectOneLine(testing::RunToEnd({.argv = Usual({"--journal", "/no/such/folder/j"})}), 65,
                "/no/such/folder/j");
  ExpectOneLine(testing::RunToEnd({.argv = Usual({"--port-file", "/no/such/folder/p"})}), 65,
                "/no/such/folder/p");
  auto argv = Usual({});
  argv[6] = folder.path().string();
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 65, "catalogue.xml");
}

TEST(Program, AWrongCommandLineIsToldWith2) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"--pki"},
                                                {"--pki", "x", "--surprise"},
                                                {"--pki", "x", "--seed", "minus"},
                                                {"--pki", "x", "more"},
                                                {"--pki", "x", "--rate-limit", "-1"}}) {
    ExpectOneLine(testing::RunToEnd({.argv = Command(wrong)}), 2, "--help shows everything");
  }
  auto argv = Usual({});
  argv[2] = "nowhere";
  ExpectOneLine(testing::RunToEnd({.argv = argv}), 78, "ADDRESS:PORT");
}

}  // namespace
}  // namespace utboks::simulator
