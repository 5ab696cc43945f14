#include "producer/app/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <istream>

#include "producer/app/nearest_name.h"
#include "producer/app/quantity.h"
#include "queue/state.h"

namespace utboks::app {
namespace {

Result<WallTime> Time(std::string_view option, std::string_view text, WallTime now) {
  auto time = ParseTime(text, now);
  if (time.ok()) return time;
  return Status(time.code(), fmt::format("{}: {}", option, time.status().text()));
}

}  // namespace

void WhyOption::Declare(CLI::App& app) {
  app.add_option("--why", why, "the reason, kept in the history; no personal data")
      ->type_name("TEXT");
}

Actor WhyOption::MakeActor(Parts& parts) const {
  return {parts.ActorName(), SensitiveText(why)};
}

void FilterOptions::Declare(CLI::App& app, int default_limit) {
  limit = default_limit;
  app.add_option("--state", states, "only these states; several with commas")
      ->delimiter(',')
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("STATE");
  app.add_option("--ressurs", ressurs, "only this resource")->type_name("RESSURS");
  app.add_option("--since", since, "only what arrived at this time or later")->type_name("TIME");
  app.add_option("--until", until, "only what arrived before this time")->type_name("TIME");
  app.add_option("--reason", reason, "only with this reason")->type_name("REASON");
  app.add_flag("--blocked", blocked, "only those that wait for a message before them");
  app.add_option("--limit", limit, "at most so many; 0 is all")
      ->check(WholeNumber())
      ->capture_default_str()
      ->type_name("N");
}

Result<Filter> FilterOptions::Make(WallTime now) const {
  Filter filter;
  for (const std::string& name : states) {
    const auto state = ParseState(name);
    if (!state) {
      std::vector<std::string_view> known;
      known.reserve(std::size(kAllStates));
      for (const State one : kAllStates) known.push_back(StateName(one));
      return Status(Code::kUsage, fmt::format("--state: there is no state {}; did you mean {}?",
                                              name, NearestName(name, known)));
    }
    filter.states.push_back(*state);
  }
  if (!since.empty()) {
    const auto time = Time("--since", since, now);
    if (!time.ok()) return time.status();
    filter.since = *time;
  }
  if (!until.empty()) {
    const auto time = Time("--until", until, now);
    if (!time.ok()) return time.status();
    filter.until = *time;
  }
  filter.ressurs = ressurs;
  filter.reason = reason;
  filter.blocked = blocked;
  filter.limit = limit;
  return filter;
}

bool FilterOptions::any() const {
  return !states.empty() || !ressurs.empty() || !since.empty() || !until.empty() ||
         !reason.empty() || blocked;
}

CLI::Validator WholeNumber() {
  return {[](const std::string& text) {
            const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
              return c >= '0' && c <= '9';
            });
            return digits ? std::string() : "must be a whole number, 0 or more";
          },
          ""};
}

CLI::Option* DeclareIds(CLI::App& app, std::vector<std::string>& ids) {
  return app.add_option("ID", ids,
                        "ours, or avsendersMeldingsidentifikator; - reads them, one a line");
}

Result<std::vector<std::string>> ReadIds(const std::vector<std::string>& words, std::istream& in) {
  if (words.size() != 1 || words.front() != "-") return words;
  std::vector<std::string> ids;
  std::string line;
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();  // a list made on Windows
    if (!line.empty()) ids.push_back(line);
  }
  if (ids.empty()) return Status(Code::kUsage, "standard input names no message, one id a line");
  return ids;
}

void WorstOf::Add(const Status& status) {
  if (status.ok()) return;
  const auto rank = [](int code) {
    switch (code) {
      case 0:
        return 4;
      case 1:
        return 3;
      case 65:
        return 2;
      case 75:
        return 1;
      default:
        return 0;
    }
  };
  const int code = ExitCode(status.code());
  if (rank(code) < rank(exit_code_)) exit_code_ = code;
}

}  // namespace utboks::app
