#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "producer/app/cli/commands.h"
#include "producer/app/feeds.h"
#include "producer/app/replay_view.h"
#include "producer/app/view.h"

namespace utboks::app {
namespace {

class StatusCommand final : public Command {
 public:
  std::string name() const override { return "status"; }
  std::string summary() const override { return "how it stands: alarms, counts, gates"; }
  void Declare(CLI::App& app) override {
    app.add_flag("--check", check_, "end with 1 while an alarm stands");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const auto store = parts.OpenStore({});
    if (!store.ok()) return store.status();
    const auto overview = (*store)->Look();
    if (!overview.ok()) return overview.status();
    const auto notice = LatestNotice(**config, **store);
    if (!notice.ok()) return notice.status();
    const WallTime now = parts.clock().Wall();
    if (console.json()) {
      JsonObject object = Json(*overview, now, parts.CertificateDays());
      if (*notice) {
        object.Add("notice", NoticeJson(**notice));
      } else {
        object.AddNull("notice");
      }
      console.Line(object);
    } else {
      Screen(*overview, now, (*config)->delivery.rate_limit_per_minute, console);
      if (!(*config)->notices.urls.empty()) console.Text(NoticeLine(*notice));
      ShowCertificate(parts.CertificateDays(), console);
    }
    return check_ && !overview->alarms.empty() ? 1 : 0;
  }

 private:
  static std::optional<std::int64_t> OldestDueSeconds(const Overview& overview, WallTime now) {
    if (!overview.oldest_due) return std::nullopt;
    const auto age = std::chrono::floor<std::chrono::seconds>(now - *overview.oldest_due);
    return std::max<std::int64_t>(0, age.count());
  }

  static std::int64_t CountOf(const Overview& overview, State state) {
    for (const auto& [one, count] : overview.states) {
      if (one == state) return count;
    }
    return 0;
  }

  static JsonObject Json(const Overview& overview, WallTime now,
                         std::optional<long long> certificate_days) {
    JsonObject states;
    for (const State state : kAllStates) states.Add(StateName(state), CountOf(overview, state));
    JsonList gates, alarms, replays;
    for (const Gate& gate : overview.gates) gates.Add(GateJson(gate, now));
    for (const AlarmView& alarm : overview.alarms) alarms.Add(AlarmJson(alarm));
    for (const ReplayJob& job : overview.replays) replays.Add(ReplayJson(job));
    JsonObject object;
    object.Add("states", states);
    if (const auto age = OldestDueSeconds(overview, now)) {
      object.Add("oldest_due_s", *age);
    } else {
      object.AddNull("oldest_due_s");
    }
    object.Add("rate", overview.sent_last_minute).Add("gates", gates).Add("alarms", alarms);
    object.Add("replays", replays);
    if (certificate_days) {
      object.Add("certificate_days", *certificate_days);
    } else {
      object.AddNull("certificate_days");
    }
    return object;
  }

  static void Print(const Table& table, Console& console) {
    for (const std::string& line : table.Lines()) console.Text(line);
  }

  // Those that hold something back: the others are as many as there are resources.
  static void ShowGates(const std::vector<Gate>& gates, WallTime now, Console& console) {
    Table closed({"closed gate", "reason", "since", "next"});
    for (const Gate& gate : gates) {
      const GateSummary summary = Summarize(gate, now);
      if (summary.open) continue;
      closed.Row({GateName(gate.name), summary.reason,
                  summary.since ? FormatOslo(*summary.since) : "",
                  summary.next ? FormatOslo(*summary.next) : ""});
    }
    if (!closed.empty()) Print(closed, console);
    console.Text(closed.empty() ? "gates: all open" : "gates: all others open");
  }

  static void Screen(const Overview& overview, WallTime now, int rate_limit, Console& console) {
    if (overview.alarms.empty()) {
      console.Text("no alarms");
    } else {
      Table alarms({"ALARM", "concerns", "since", "count", "goes off"});
      for (const AlarmView& alarm : overview.alarms) {
        alarms.Row({alarm.name, alarm.subject, FormatOslo(alarm.since), std::to_string(alarm.count),
                    alarm.until_seen ? "by `utboks acknowledge " + alarm.name + "`" : "by itself"});
      }
      Print(alarms, console);
    }
    std::string states;
    for (const State state : kAllStates) {
      states += fmt::format("{}{} {}", states.empty() ? "" : ", ", CountOf(overview, state),
                            StateName(state));
    }
    console.Text("messages: " + states);
    const auto age = OldestDueSeconds(overview, now);
    console.Text(age ? fmt::format("oldest that could go now: {} s", *age)
                     : std::string("none that could go now waits"));
    console.Text(rate_limit == 0
                     ? fmt::format("sent in the last minute: {}", overview.sent_last_minute)
                     : fmt::format("sent in the last minute: {} of at most {}",
                                   overview.sent_last_minute, rate_limit));
    for (const ReplayJob& job : overview.replays) console.Text(ReplayLine(job));
    ShowGates(overview.gates, now, console);
  }

  static void ShowCertificate(std::optional<long long> certificate_days, Console& console) {
    console.Text(certificate_days ? fmt::format("certificate: {} days left", *certificate_days)
                                  : std::string("certificate: none that can be read; `utboks "
                                                "doctor` says why"));
  }

  bool check_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeStatus() {
  return std::make_unique<StatusCommand>();
}

}  // namespace utboks::app
