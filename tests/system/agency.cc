#include "tests/system/agency.h"

#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "queue/base/log.h"
#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/read_file.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;

// Nobody in the tests' own letters has these.
constexpr int kHostileNumber = 9'000;
constexpr int kLastNumber = 9'001;
constexpr std::size_t kNumberDigits = 11;

const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = {"Hjalmara", "Qvistrupsen", "Zwinglereid", "Ødvåg"};
  return names;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string Joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

bool IsLogLine(const std::string& line) {
  return line.starts_with(R"({"time":)");
}

LogRecord ParseLogLine(const std::string& line) {
  const auto object = Poco::JSON::Parser().parse(line).extract<Json>();
  LogRecord record;
  record.event = Get(object, "event");
  record.level = ParseLogLevel(Get(object, "level")).value_or(LogLevel::kError);
  for (const auto& [name, value] : *object) {
    if (name == "time" || name == "event" || name == "level") continue;
    record.fields.emplace_back(name, value.toString());
  }
  // Its asterisks are all that is left of it here.
  record.masked = line.find("***********") != std::string::npos;
  return record;
}

std::string Around(const std::string& text, std::size_t at) {
  return ": …" + text.substr(at < 60 ? 0 : at - 60, 150) + "…";
}

void ExpectNoneOf(const std::vector<std::string>& names, const std::string& text,
                  const std::string& where) {
  for (const std::string& name : names) {
    const std::size_t at = text.find(name);
    if (at == std::string::npos) continue;
    ADD_FAILURE() << where << " holds \"" << name << "\"" << Around(text, at);
  }
}

// Opened as no other program of ours does: without the lock beside it.
class Database {
 public:
  explicit Database(const std::string& path) {
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    sqlite3_busy_timeout(db_, 10'000);
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The first column of the first row.
  std::string Do(const std::string& sql) {
    std::string first;
    bool any = false;
    const auto keep = [&](int columns, char** values) {
      if (!any && columns > 0 && values[0] != nullptr) first = values[0];
      any = true;
    };
    char* error = nullptr;
    const int code = sqlite3_exec(
        db_, sql.c_str(),
        [](void* context, int columns, char** values, char**) {
          (*static_cast<decltype(keep)*>(context))(columns, values);
          return 0;
        },
        const_cast<void*>(static_cast<const void*>(&keep)), &error);
    EXPECT_EQ(code, SQLITE_OK) << sql << ": " << (error == nullptr ? "" : error);
    sqlite3_free(error);
    return first;
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace

std::vector<Json> JsonLines(const std::string& text) {
  std::vector<Json> objects;
  for (const std::string& line : LinesOf(text)) {
    try {
      objects.push_back(Poco::JSON::Parser().parse(line).extract<Json>());
    } catch (const Poco::Exception& error) {
      ADD_FAILURE() << "no JSON object (" << error.displayText() << "): " << line;
    }
  }
  return objects;
}

std::string Get(const Json& object, const std::string& member) {
  return object->isNull(member) ? "" : object->get(member).toString();
}

// ---- configuration ----

Agency::Agency() {
  fs::create_directory(home_.File("inbox"));
  fs::create_directory(home_.File("outbox"));
  const DevPki& pki = DevPki::Shared();
  SetText("register.base_url", "https://localhost:1");
  SetText("register.organisation_number", "100101688");
  SetText("register.client_certificate", pki.certificate());
  SetText("register.client_key", pki.key());
  SetText("register.ca_file", pki.ca());
  SetText("outbox.store", "sqlite:" + store());
  SetText("outbox.min_free", "1MiB");
  SetText("schemas.directory", schemas());
  Set("delivery.rate_limit_per_minute", "60000");
  SetText("delivery.backoff_min", "20ms");
  SetText("delivery.backoff_max", "200ms");
  SetText("delivery.probe_interval", "20ms");
  SetText("delivery.probe_interval_max", "100ms");
  SetText("delivery.stop_timeout", "10s");
  SetText("log.format", "json");
}

Agency::Agency(const SimulatorFixture& reg) : Agency() {
  reg_ = &reg;
  SetText("register.base_url", reg.base_url());
}

Agency::~Agency() {
  if (worker_) StopWorker();
  for (Other& other : others_) {
    other.process->Kill();
    Heard(other.words, other.process->Out(), other.process->Err());
  }
  HandInHostile();
  JudgeSaid();
  JudgeFiles();
  if (!damaged_ && fs::exists(store())) {
    EXPECT_EQ(Look("PRAGMA integrity_check"), "ok");
  }
}

void Agency::Set(const std::string& key, const std::string& value) {
  const std::size_t dot = key.find('.');
  auto& section = settings_[key.substr(0, dot)];
  if (value.empty()) {
    section.erase(key.substr(dot + 1));
    if (section.empty()) settings_.erase(key.substr(0, dot));
  } else {
    section[key.substr(dot + 1)] = value;
  }
  WriteConfig();
}

void Agency::SetText(const std::string& key, const std::string& value) {
  Set(key, fmt::format("\"{}\"", value));
}

void Agency::WriteConfig() const {
  std::ofstream file(config_file());
  for (const auto& [section, keys] : settings_) {
    file << "[" << section << "]\n";
    for (const auto& [key, value] : keys) file << key << " = " << value << "\n";
  }
}

// ---- what it hands in ----

std::string Agency::Identifier(int n) {
  return fmt::format("sak-{}-{}", PersonNumber(n), n);
}

std::string Agency::Letter(int n, int person) {
  const std::string number = PersonNumber(person == 0 ? n : person);
  numbers_.insert(number);
  numbers_.insert(PersonNumber(n));
  return File(fmt::format("brev {} {}.xml", number, n), DeathNotice(Identifier(n), number));
}

std::string Agency::File(const std::string& name, const std::string& bytes) {
  std::string path = home_.File("inbox/" + name);
  std::ofstream(path, std::ios::binary) << bytes;
  // A password may be among them, and the program says so when others could read it.
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return path;
}

// ---- commands ----

std::vector<std::string> Agency::Argv(const std::vector<std::string>& words) const {
  std::vector<std::string> argv = {UTBOKS_PROGRAM, "--config", config_file()};
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

void Agency::Heard(const std::vector<std::string>& words, const std::string& out,
                   const std::string& err) {
  Said said{Joined(words), "", out};
  bool is_why = false;
  for (const std::string& word : words) {
    if (!is_why) said.may_echo += word + " ";
    is_why = word == "--why";
  }
  for (const std::string& line : LinesOf(err)) {
    if (!IsLogLine(line)) {
      said.text += line + "\n";
      continue;
    }
    // A command must not put into its log what it may say to whoever called it.
    said_.push_back({said.words + " (log)", "", line});
    try {
      LogWatch::Instance().Write(ParseLogLine(line));
    } catch (const Poco::Exception&) {
      // Cut off by a SIGKILL: only the last one can be.
      EXPECT_TRUE(err.ends_with(line)) << line;
    }
  }
  said_.push_back(std::move(said));
}

Finished Agency::Run(const std::vector<std::string>& words, const std::string& input,
                     Millis patience) {
  Finished run = RunToEnd({.argv = Argv(words), .input = input}, patience);
  EXPECT_TRUE(run.exit && run.exit->signal == 0)
      << "utboks " << Joined(words) << " was ended: " << run.err;
  Heard(words, run.out, run.err);
  return run;
}

Finished Agency::Reveal(const std::vector<std::string>& words, const std::string& input) {
  Finished run = RunToEnd({.argv = Argv(words), .input = input});
  Heard(words, "", run.err);
  return run;
}

std::vector<Json> Agency::Ask(std::vector<std::string> words, int code, const std::string& input) {
  words.insert(words.begin(), "--json");
  const Finished run = Run(words, input);
  EXPECT_EQ(run.code(), code) << "utboks " << Joined(words) << ":\n" << run.out << run.err;
  return JsonLines(run.out);
}

ChildProcess& Agency::Start(const std::vector<std::string>& words, const std::string& input) {
  auto started = ChildProcess::Start({.argv = Argv(words), .input = input});
  if (!started.ok()) {
    ADD_FAILURE() << started.status().text();
    std::abort();  // nothing to give back
  }
  others_.push_back({words, std::move(started).value()});
  return *others_.back().process;
}

std::vector<std::string> Agency::Enqueue(const std::vector<int>& letters, int person) {
  std::vector<std::string> words = {"enqueue", "--ressurs", "doedsfall_v1"};
  for (const int n : letters) words.push_back(Letter(n, person));
  std::vector<std::string> ids;
  for (const Json& line : Ask(words)) ids.push_back(Get(line, "id"));
  EXPECT_EQ(ids.size(), letters.size());
  return ids;
}

// ---- the worker ----

ChildProcess& Agency::StartWorker(const std::vector<std::string>& more) {
  worker_words_ = {"run"};
  worker_words_.insert(worker_words_.end(), more.begin(), more.end());
  auto started =
      ChildProcess::Start({.argv = Argv(worker_words_), .environment = worker_environment_});
  EXPECT_TRUE(started.ok());
  worker_ = std::move(started).value();
  EXPECT_TRUE(worker_->AwaitErr(R"("event":"worker-started")")) << worker_->Err();
  return *worker_;
}

void Agency::StopWorker() {
  worker_->Signal(SIGTERM);
  const auto exit = worker_->Wait();
  EXPECT_EQ(exit, ProcessExit{.code = 0}) << worker_->Err();
  EndWorker();
}

void Agency::KillWorker() {
  worker_->Kill();
  EndWorker();
}

void Agency::EndWorker() {
  worker_->Kill();
  Heard(worker_words_, worker_->Out(), worker_->Err());
  worker_.reset();
}

Finished Agency::Drain(int code) {
  Finished run = Run({"run", "--drain", "--timeout", "60s"}, "", std::chrono::seconds(90));
  EXPECT_EQ(run.code(), code) << run.err;
  return run;
}

// ---- what is there ----

Json Agency::Show(const std::string& id) {
  const std::vector<Json> lines = Ask({"show", id});
  return lines.size() == 1 ? lines[0] : Json(new Poco::JSON::Object);
}

bool Agency::AwaitState(const std::string& id, const std::string& state, Millis patience) {
  return Eventually([&] { return StateOf(id) == state; }, patience);
}

std::map<std::string, std::string> Agency::States() {
  std::map<std::string, std::string> states;
  for (const Json& line : Ask({"list", "--limit", "0"})) {
    states[Get(line, "id")] = Get(line, "state");
  }
  return states;
}

bool Agency::Alarm(const std::string& name) {
  const auto alarms = Status()->getArray("alarms");
  for (std::size_t i = 0; i < alarms->size(); ++i) {
    if (Get(alarms->getObject(static_cast<unsigned>(i)), "name") == name) return true;
  }
  return false;
}

// ---- the store as a file ----

void Agency::Meddle(const std::string& sql) {
  Database(store()).Do(sql);
}

std::string Agency::Look(const std::string& sql) {
  return Database(store()).Do(sql);
}

// ---- what must hold at the end ----

void Agency::HandInHostile() {
  const std::string number = PersonNumber(kHostileNumber);
  const std::string wrong = WrongNumber(kHostileNumber);
  numbers_.insert(number);
  numbers_.insert(wrong);
  std::vector<std::string> files;
  for (const std::string& one : {number, wrong}) {
    for (const HostileLetter& letter : HostileLetters(one)) {
      files.push_back(File(fmt::format("{}-{}", one, letter.name), letter.bytes));
    }
  }
  // Those with a name on the command line go alone: only there may it come back.
  std::vector<std::string> check = {"validate"};
  std::vector<std::string> hand_in = {"enqueue", "--ressurs", "doedsfall_v1"};
  for (const std::string& file : files) {
    const bool named = file.find("Qvistrupsen") != std::string::npos;
    if (named) {
      Run({"enqueue", "--ressurs", "doedsfall_v1", file});
      continue;
    }
    check.push_back(file);
    hand_in.push_back(file);
  }
  Run(check);
  hand_in.push_back(Letter(kLastNumber));
  std::vector<std::string> as_json = hand_in;
  as_json.insert(as_json.begin(), "--json");
  Run(hand_in);
  Run(as_json);
  const std::string why = fmt::format("{} ringte om {}", kClerk, number);
  const std::string last = Identifier(kLastNumber) + "\n";
  Run({"cancel", "-", "--why", why}, last);
  for (const char* command : {"list", "status", "events"}) Run({command});
  Run({"show", "-"}, last);
}

void Agency::ExpectNoNumberIn(const std::string& text, const std::string& where) const {
  std::set<std::string> told;
  std::size_t digits = 0;  // that end at `end`
  for (std::size_t end = 1; end <= text.size(); ++end) {
    digits = text[end - 1] >= '0' && text[end - 1] <= '9' ? digits + 1 : 0;
    if (digits < kNumberDigits) continue;
    const std::string number = text.substr(end - kNumberDigits, kNumberDigits);
    if (numbers_.contains(number) && told.insert(number).second) {
      ADD_FAILURE() << where << " holds \"" << number << "\"" << Around(text, end - kNumberDigits);
    }
  }
}

void Agency::ExpectNothingIn(const std::string& text, const std::vector<std::string>& names,
                             const std::string& where) const {
  ExpectNoNumberIn(text, where);
  ExpectNoneOf(names, text, where);
}

void Agency::JudgeSaid() const {
  for (const Said& said : said_) {
    std::vector<std::string> names = Names();
    std::erase_if(names, [&](const std::string& name) {
      return said.may_echo.find(name) != std::string::npos;
    });
    ExpectNothingIn(said.text, names, "what `utboks " + said.words.substr(0, 500) + "` said");
  }
}

void Agency::JudgeFiles() const {
  for (const auto& entry : fs::recursive_directory_iterator(home_.File("outbox"))) {
    ExpectNothingIn(entry.path().filename().string(), Names(), "a file's name");
    if (entry.is_regular_file()) {
      ExpectNothingIn(ReadFile(entry.path()), Names(), entry.path().string());
    }
  }
  // The register's side keeps identifiers, which have numbers in them here.
  if (reg_ != nullptr) ExpectNoneOf(Names(), ReadFile(reg_->journal_path()), "the journal");
}

void Agency::ExpectNoPersonIn(const std::string& text, const std::string& where) const {
  ExpectNothingIn(text, Names(), where);
}

void ExpectRefused(const Finished& run, int code, const std::vector<std::string>& says) {
  EXPECT_EQ(run.code(), code) << run.err;
  EXPECT_EQ(run.out, "");
  std::string words;
  for (const std::string& line : LinesOf(run.err)) {
    if (!IsLogLine(line)) words += line + "\n";
  }
  EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 1) << words;
  for (const std::string& part : says) {
    EXPECT_NE(words.find(part), std::string::npos) << "\"" << part << "\" is not in: " << words;
  }
}

}  // namespace utboks::testing
