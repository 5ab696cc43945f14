#include "tests/support/simulator_fixture.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "tests/simulator/scenario.h"
#include "tests/simulator/simulator.h"
#include "tests/support/eventually.h"
#include "tests/support/read_file.h"

namespace utboks::testing {
namespace {

// Without what it stands on no test can say anything.
[[noreturn]] void GiveUp(std::string_view what) {
  fmt::print(stderr, "simulator fixture: {}\n", what);
  std::abort();
}

}  // namespace

const DevPki& DevPki::Shared() {
  static const DevPki pki;
  return pki;
}

DevPki::DevPki() {
  const Finished made = RunToEnd(
      {.argv = {UTBOKS_SOURCE_DIR "/conf/pki/make-dev-pki.sh", folder(), "--with", "all"}});
  if (made.code() != 0) GiveUp(made.err);
}

JournalLine ParseJournalLine(const std::string& text) {
  JournalLine line;
  try {
    Poco::JSON::Parser parser;
    const auto object = parser.parse(text).extract<Poco::JSON::Object::Ptr>();
    const auto words = [&](const char* key, std::string& to) {
      if (object->has(key)) to = object->getValue<std::string>(key);
    };
    const auto number = [&](const char* key, std::uint64_t& to) {
      if (object->has(key)) to = object->getValue<Poco::UInt64>(key);
    };
    words("event", line.event);
    words("time", line.time);
    line.mono_ms = object->getValue<double>("mono_ms");
    number("request", line.request);
    number("connection", line.connection);
    number("send", line.send);
    number("bytes", line.bytes);
    words("client", line.client);
    words("method", line.method);
    words("ressurs", line.ressurs);
    words("avsendersMeldingsidentifikator", line.identifier);
    words("sha256", line.sha256);
    line.accepted = object->optValue("accepted", false);
    line.status = object->optValue("status", 0);
    words("sent", line.sent);
    words("folkeregisterReferanse", line.reference);
    words("step", line.step);
    words("name", line.name);
    words("kind", line.kind);
    line.on = object->optValue("on", false);
  } catch (const Poco::Exception& error) {
    GiveUp(fmt::format("the journal has a line that is none ({})", error.displayText()));
  }
  return line;
}

std::vector<JournalLine> JournalTail::More() {
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(read_));
  std::ostringstream more;
  more << file.rdbuf();
  const std::string text = more.str();
  std::vector<JournalLine> lines;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    lines.push_back(ParseJournalLine(text.substr(start, end - start)));
  }
  read_ += start;
  return lines;
}

SimulatorFixture::SimulatorFixture(const Spec& spec) {
  const std::string scenario_file = folder_.File("scenario.toml");
  std::ofstream(scenario_file) << spec.scenario;
  const std::string schemas = spec.schemas.empty() ? UTBOKS_SOURCE_DIR "/schemas" : spec.schemas;

  const std::string own_pki = folder_.File("pki");
  std::filesystem::create_directory(own_pki);
  std::filesystem::copy_file(pki().ca(), own_pki + "/ca.pem");
  std::filesystem::copy_file(pki().certificate(spec.server), own_pki + "/server.pem");
  std::filesystem::copy_file(pki().key(spec.server), own_pki + "/server-key.pem");

  if (spec.child) {
    const std::string port_file = folder_.File("port");
    std::vector<std::string> argv = {UTBOKS_SIMULATOR_PROGRAM,
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--pki",
                                     own_pki,
                                     "--scenario",
                                     scenario_file,
                                     "--schemas",
                                     schemas,
                                     "--journal",
                                     journal_path(),
                                     "--seed",
                                     std::to_string(spec.seed),
                                     "--port-file",
                                     port_file};
    if (!spec.validate) argv.emplace_back("--no-validate");
    auto child = ChildProcess::Start({.argv = std::move(argv)});
    if (!child.ok()) GiveUp(child.status().text());
    child_ = std::move(child).value();
    if (!child_->AwaitOut("listening on")) GiveUp(child_->Err());
    port_ = static_cast<std::uint16_t>(std::stoi(ReadFile(port_file)));
    return;
  }
  auto scenario = simulator::ReadScenario(scenario_file);
  if (!scenario.ok()) GiveUp(scenario.status().text());
  auto started = simulator::Simulator::Start({.pki = own_pki,
                                              .schemas = schemas,
                                              .journal = journal_path(),
                                              .scenario = std::move(scenario).value(),
                                              .seed = spec.seed,
                                              .validate = spec.validate});
  if (!started.ok()) GiveUp(started.status().text());
  simulator_ = std::move(started).value();
  port_ = simulator_->port();
}

SimulatorFixture::~SimulatorFixture() = default;

std::string SimulatorFixture::base_url() const {
  return fmt::format("https://localhost:{}", port_);
}

std::vector<JournalLine> SimulatorFixture::Journal() const {
  return JournalTail(journal_path()).More();
}

std::vector<JournalLine> SimulatorFixture::Posts() const {
  std::vector<JournalLine> lines = Journal();
  std::erase_if(lines, [](const JournalLine& line) { return line.method != "POST"; });
  return lines;
}

std::vector<JournalLine> SimulatorFixture::Accepted() const {
  std::vector<JournalLine> lines = Journal();
  std::erase_if(lines, [](const JournalLine& line) { return !line.accepted; });
  return lines;
}

bool SimulatorFixture::Await(const std::function<bool(const JournalLine&)>& wanted,
                             Millis patience) const {
  return Eventually(
      [&] {
        const std::vector<JournalLine> lines = Journal();
        return std::any_of(lines.begin(), lines.end(), wanted);
      },
      patience);
}

}  // namespace utboks::testing
