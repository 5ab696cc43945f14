#include "tests/simulator/scenario.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

namespace utboks::simulator {
namespace {

// Thrown and caught in this file only: a TOML tree is easier read straight down.
struct Wrong {
  std::string text;
};

constexpr Millis kLongest = std::chrono::hours(24 * 3660);

std::optional<Millis> ParseDuration(std::string_view text) {
  long long number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  static constexpr std::array<std::pair<std::string_view, long long>, 5> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number <= kLongest.count() / factor) return Millis(number * factor);
  }
  return std::nullopt;
}

// One table of the file.  It remembers which keys were asked for; Done() refuses
// the others.
class Table {
 public:
  Table(const toml::table& table, std::string place) : table_(table), place_(std::move(place)) {}

  [[noreturn]] void Refuse(const toml::node& node, std::string_view text) const {
    throw Wrong{fmt::format("line {}: {}: {}", node.source().begin.line, place_, text)};
  }
  [[noreturn]] void Refuse(std::string_view text) const { Refuse(table_, text); }

  const toml::node* Find(std::string_view key) {
    asked_.emplace(key);
    return table_.get(key);
  }
  bool Has(std::string_view key) { return Find(key) != nullptr; }

  std::string Text(std::string_view key, std::string fallback = {}) {
    const toml::node* node = Find(key);
    if (node == nullptr) return fallback;
    if (!node->is_string()) Refuse(*node, fmt::format("{} takes a text in quotes", key));
    return node->as_string()->get();
  }

  bool Flag(std::string_view key, bool fallback) {
    const toml::node* node = Find(key);
    if (node == nullptr) return fallback;
    if (!node->is_boolean()) Refuse(*node, fmt::format("{} takes true or false", key));
    return node->as_boolean()->get();
  }

  std::int64_t Number(std::string_view key, std::int64_t fallback, std::int64_t low,
                      std::int64_t high) {
    const toml::node* node = Find(key);
    if (node == nullptr) return fallback;
    const auto value = node->is_integer() ? node->as_integer()->get() : low - 1;
    if (value < low || value > high) {
      Refuse(*node, fmt::format("{} takes a whole number from {} to {}", key, low, high));
    }
    return value;
  }

  double Share(std::string_view key) {
    const toml::node* node = Find(key);
    if (node == nullptr) return 1.0;
    const double value = node->is_number() ? node->value_or(-1.0) : -1.0;
    if (!(value >= 0.0 && value <= 1.0)) Refuse(*node, "share takes a number from 0 to 1");
    return value;
  }

  Millis Duration(std::string_view key, Millis fallback) {
    const toml::node* node = Find(key);
    return node == nullptr ? fallback : ReadDuration(key, *node);
  }

  Span Delay(std::string_view key) {
    const toml::node* node = Find(key);
    if (node == nullptr) return {};
    if (const toml::array* both = node->as_array(); both != nullptr && both->size() == 2) {
      const Span span{ReadDuration(key, *both->get(0)), ReadDuration(key, *both->get(1))};
      if (span.low > span.high) Refuse(*node, fmt::format("{}: the shorter one first", key));
      return span;
    }
    const Millis one = ReadDuration(key, *node);
    return {one, one};
  }

  std::optional<Moment> When(std::string_view key) {
    const toml::node* node = Find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* given = node->as_date_time()) return Calendar(key, *node, given->get());
    return ReadDuration(key, *node);
  }

  std::vector<std::string> Texts(std::string_view key) {
    const toml::node* node = Find(key);
    std::vector<std::string> texts;
    if (node == nullptr) return texts;
    const toml::array* list = node->as_array();
    if (list == nullptr) Refuse(*node, fmt::format("{} takes a list of texts", key));
    for (const toml::node& one : *list) {
      if (!one.is_string()) Refuse(one, fmt::format("{} takes a list of texts", key));
      texts.push_back(one.as_string()->get());
    }
    return texts;
  }

  template <typename Enum, std::size_t N>
  Enum Choice(std::string_view key, const std::pair<std::string_view, Enum> (&names)[N]) {
    const toml::node* node = Find(key);
    if (node == nullptr) return names[0].second;
    std::string all;
    for (const auto& [name, value] : names) {
      if (node->is_string() && node->as_string()->get() == name) return value;
      all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", name);
    }
    Refuse(*node, fmt::format("{} takes one of {}", key, all));
  }

  void Done() const {
    for (const auto& [key, node] : table_) {
      if (asked_.find(key) == asked_.end()) {
        std::string known;
        for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
        Refuse(node,
               fmt::format("does not know \"{}\" here; it knows {}", std::string_view(key), known));
      }
    }
  }

 private:
  Millis ReadDuration(std::string_view key, const toml::node& node) const {
    const auto duration =
        node.is_string() ? ParseDuration(node.as_string()->get()) : std::optional<Millis>();
    if (!duration) {
      Refuse(node, fmt::format("{} takes a duration such as \"250ms\" or \"5s\"", key));
    }
    return *duration;
  }

  WallTime Calendar(std::string_view key, const toml::node& node,
                    const toml::date_time& given) const {
    if (!given.offset) Refuse(node, fmt::format("{} needs a time zone, such as Z", key));
    const std::chrono::year_month_day day(std::chrono::year(given.date.year),
                                          std::chrono::month(given.date.month),
                                          std::chrono::day(given.date.day));
    return WallTime(std::chrono::sys_days(day).time_since_epoch()) +
           std::chrono::hours(given.time.hour) + std::chrono::minutes(given.time.minute) +
           std::chrono::seconds(given.time.second) +
           std::chrono::duration_cast<Millis>(std::chrono::nanoseconds(given.time.nanosecond)) -
           std::chrono::minutes(given.offset->minutes);
  }

  const toml::table& table_;
  std::string place_;
  std::set<std::string, std::less<>> asked_;
};

int ReadStatus(Table& table, int fallback, int low = 200, int high = 599) {
  return static_cast<int>(table.Number("status", fallback, low, high));
}

Action ReadFixed(Table& table) {
  Fixed fixed;
  fixed.status = ReadStatus(table, 200);
  fixed.content_type = table.Text("content_type");
  fixed.body = table.Text("body");
  fixed.accepted = table.Flag("accepted", false);
  if (const toml::node* node = table.Find("headers")) {
    const toml::table* headers = node->as_table();
    if (headers == nullptr) table.Refuse(*node, "headers takes a table of texts");
    for (const auto& [key, value] : *headers) {
      if (!value.is_string()) table.Refuse(value, "headers takes a table of texts");
      fixed.headers.emplace(std::string(key), value.as_string()->get());
    }
  }
  return fixed;
}

Action ReadThrottle(Table& table) {
  Throttle throttle;
  if (table.Has("retry_after") && table.Has("retry_after_text")) {
    table.Refuse("give retry_after or retry_after_text, not both");
  }
  const std::string text = table.Text("retry_after_text");
  if (!text.empty()) throttle.retry_after = text;
  if (!table.Has("retry_after_text")) {
    throttle.retry_after = std::to_string(table.Duration("retry_after", Millis(1000)).count());
  }
  return throttle;
}

Action ReadClock(Table& table) {
  if (table.Has("ahead") == table.Has("behind")) table.Refuse("clock needs ahead or behind");
  return ClockOff{table.Duration("ahead", Millis(0)) - table.Duration("behind", Millis(0))};
}

Action ReadHang(Table& table) {
  Hang hang;
  hang.hold = table.Duration("hold", hang.hold);
  hang.accepted = table.Flag("accepted", false);
  return hang;
}

Action ReadSlow(Table& table) {
  Slow slow;
  slow.interval = table.Duration("interval", slow.interval);
  slow.bytes = static_cast<std::uint32_t>(table.Number("bytes", 1, 1, 1 << 20));
  return slow;
}

Action ReadAction(Table& table, const std::string& kind) {
  if (kind == "refuse") {
    return Refuse{table.Choice<KeptAlive>(
        "kept_alive",
        {{"cut", KeptAlive::kCut}, {"finish", KeptAlive::kFinish}, {"serve", KeptAlive::kServe}})};
  }
  if (kind == "stall") return Stall{};
  if (kind == "reset") {
    return Reset{table.Choice<ResetAt>("at", {{"request", ResetAt::kRequest},
                                              {"connect", ResetAt::kConnect},
                                              {"processed", ResetAt::kProcessed},
                                              {"answer", ResetAt::kAnswer}})};
  }
  if (kind == "hang") return ReadHang(table);
  if (kind == "slow") return ReadSlow(table);
  if (kind == "lost") {
    return Lost{table.Choice<LostAt>("at", {{"before-status", LostAt::kBeforeStatus},
                                            {"after-status", LostAt::kAfterStatus},
                                            {"in-body", LostAt::kInBody}})};
  }
  if (kind == "latency") {
    if (!table.Has("delay")) table.Refuse("latency needs a delay");
    return Latency{};
  }
  if (kind == "clock") return ReadClock(table);
  if (kind == "error") {
    const int status = ReadStatus(table, 500, 400);
    return Error{status, table.Text("feilkode"), table.Text("feilmelding")};
  }
  if (kind == "proxy") return Page{ReadStatus(table, 503), false};
  if (kind == "firewall") return Page{ReadStatus(table, 403), true};
  if (kind == "throttle") return ReadThrottle(table);
  if (kind == "answer") return ReadFixed(table);
  if (kind == "receipt") {
    const int status = ReadStatus(table, 202, 200, 299);
    return Receipt{status, table.Choice<ReceiptForm>(
                               "form", {{"own", ReceiptForm::kOwn},
                                        {"other-identifier", ReceiptForm::kOtherIdentifier},
                                        {"no-identifier", ReceiptForm::kNoIdentifier},
                                        {"garbage", ReceiptForm::kGarbage},
                                        {"empty", ReceiptForm::kEmpty}})};
  }
  table.Refuse(
      "kind takes one of refuse, stall, reset, hang, slow, lost, latency, clock, error, proxy, "
      "firewall, throttle, answer, receipt");
}

void ReadWhen(Table& table, Step& step) {
  step.from = table.When("from");
  step.until = table.When("until");
  if (table.Has("for")) step.lasting = table.Duration("for", Millis(0));
  if (table.Has("after_requests")) {
    if (step.from) table.Refuse("give from or after_requests, not both");
    step.after_requests =
        static_cast<std::uint64_t>(table.Number("after_requests", 0, 0, INT64_MAX));
  }
  if (step.lasting && step.until) table.Refuse("give for or until, not both");
  const bool backwards = step.from && step.until && step.from->index() == step.until->index() &&
                         *step.until <= *step.from;
  if (backwards) table.Refuse("until must lie after from");
}

void ReadWhich(Table& table, Step& step) {
  step.delay = table.Delay("delay");
  step.resources = table.Texts("resources");
  step.method = table.Text("method");
  if (!step.method.empty() && step.method != "POST" && step.method != "HEAD") {
    table.Refuse("method takes \"POST\" or \"HEAD\"");
  }
  step.identifier_prefix = table.Text("identifier_prefix");
  step.identifier_sha256 = table.Text("identifier_sha256");
  if (step.identifier_sha256.size() > 64 ||
      step.identifier_sha256.find_first_not_of("0123456789abcdef") != std::string::npos) {
    table.Refuse("identifier_sha256 takes the first hexadecimal digits (0-9, a-f) of the hash");
  }
  step.share = table.Share("share");
  if (table.Has("attempts")) {
    step.attempts = static_cast<std::uint64_t>(table.Number("attempts", 1, 1, INT64_MAX));
  }
  if (table.Has("for_requests")) {
    step.for_requests = static_cast<std::uint64_t>(table.Number("for_requests", 1, 1, INT64_MAX));
  }
}

Step ReadStep(const toml::node& node, std::size_t number) {
  const std::string place = fmt::format("step {}", number);
  const toml::table* raw = node.as_table();
  if (raw == nullptr) {
    throw Wrong{fmt::format("line {}: {} is not a table", node.source().begin.line, place)};
  }
  Table table(*raw, place);
  Step step;
  const std::string kind = table.Text("kind");
  step.name = table.Text("name", fmt::format("{} {}", kind, number));
  step.action = ReadAction(table, kind);
  ReadWhen(table, step);
  // Nobody counts or chooses among connections: these keys are unknown there.
  if (!step.AtTheDoor()) ReadWhich(table, step);
  table.Done();
  return step;
}

Scenario ReadAll(const toml::table& raw) {
  Table table(raw, "scenario");
  Scenario scenario;
  scenario.rate_limit_per_minute =
      static_cast<std::uint32_t>(table.Number("rate_limit_per_minute", 60'000, 0, 10'000'000));
  scenario.not_in_agreement = table.Texts("not_in_agreement");
  scenario.keep_alive_timeout = table.Duration("keep_alive_timeout", scenario.keep_alive_timeout);
  scenario.requests_per_connection =
      static_cast<std::uint32_t>(table.Number("requests_per_connection", 0, 0, 1'000'000'000));
  if (const Span latency = table.Delay("latency"); latency.high > Millis(0)) {
    Step step;
    step.name = "latency";
    step.action = Latency{};
    step.delay = latency;
    scenario.steps.push_back(std::move(step));
  }
  if (const toml::node* steps = table.Find("step")) {
    const toml::array* list = steps->as_array();
    if (list == nullptr) table.Refuse(*steps, "write [[step]], in double brackets");
    std::size_t number = 0;
    for (const toml::node& one : *list) scenario.steps.push_back(ReadStep(one, ++number));
  }
  table.Done();
  return scenario;
}

}  // namespace

bool Step::AtTheDoor() const {
  const Reset* reset = std::get_if<Reset>(&action);
  return std::holds_alternative<Refuse>(action) || std::holds_alternative<Stall>(action) ||
         (reset != nullptr && reset->at == ResetAt::kConnect);
}

bool Step::NeverDecides() const {
  return std::holds_alternative<Latency>(action) || std::holds_alternative<ClockOff>(action);
}

Result<Scenario> ParseScenario(std::string_view text, const std::string& origin) {
  try {
    return ReadAll(toml::parse(text, origin));
  } catch (const toml::parse_error& error) {
    return Status(Code::kConfig, fmt::format("{}: line {}: {}", origin, error.source().begin.line,
                                             error.description()));
  } catch (const Wrong& wrong) {
    return Status(Code::kConfig, fmt::format("{}: {}", origin, wrong.text));
  }
}

Result<Scenario> ReadScenario(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return Status(Code::kUnreadable, fmt::format("cannot read the scenario {}", path));
  }
  return ParseScenario(text.str(), path);
}

}  // namespace utboks::simulator
