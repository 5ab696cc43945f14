#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <vector>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/document_file.h"
#include "producer/app/table.h"
#include "producer/lab/calendar.h"
#include "producer/lab/mail.h"
#include "producer/lab/plot.h"
#include "producer/lab/rehearsal.h"
#include "producer/lab/report.h"
#include "queue/base/shared_folder.h"

namespace utboks::app {
namespace {

constexpr std::size_t kLargestCalendar = std::size_t{4} << 20;
// All of one outage may wait at once, a few hundred bytes each.
constexpr double kMostMessages = 3'000'000;
constexpr std::chrono::hours kMostOutage{20'000};

class Policy final : public Command {
 public:
  std::string name() const override { return "policy"; }
  std::string summary() const override {
    return "rehearse [delivery]: your settings over a calendar of outages";
  }
  void Declare(CLI::App& app) override {
    app.add_option("--calendar", calendar_,
                   "outages as CSV; - reads standard input; else those of the register, 2018-2024")
        ->type_name("FILE");
    app.add_option("--per-day", per_day_, "messages of a working day")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->type_name("N");
    app.add_option("--seed", seed_, "of what the calendar does not say")
        ->check(WholeNumber())
        ->capture_default_str()
        ->type_name("N");
    app.add_option("--plot", plot_, "delay against waste, as a picture (SVG)")->type_name("FILE");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto config = parts.GetConfig();
    if (!config.ok()) return config.status();
    const Result<lab::Calendar> calendar = ReadCalendar(console);
    if (!calendar.ok()) return calendar.status();
    Millis outage{0};
    for (const lab::Outage& one : calendar->outages) outage += one.end - one.start;
    if (outage > kMostOutage) {
      return Status(Code::kInvalid,
                    "the calendar has more than 20,000 hours of outage; give a "
                    "part of it");
    }
    if (lab::Mail::Expected(*calendar, per_day_) > kMostMessages) {
      return Status(Code::kUsage,
                    "--per-day: that is more than three million messages around the "
                    "outages of this calendar; give fewer");
    }
    DeliverySettings defaults;
    defaults.rate_limit_per_minute = AllowedRate((*config)->registry.production);
    const lab::Scenario scenario{
        .calendar = *calendar,
        .per_day = per_day_,
        .seed = seed_,
        .patience = (*config)->registry.connect_timeout + (*config)->registry.response_timeout};
    std::vector<lab::Row> rows;
    for (const auto& [name, settings] : {std::pair("yours", &(*config)->delivery),
                                         std::pair("defaults", &std::as_const(defaults))}) {
      lab::Rehearsed rehearsed = lab::Rehearse(scenario, *settings);
      rows.push_back({name, std::move(rehearsed.summary), rehearsed.gates});
    }
    UTBOKS_RETURN_IF_ERROR(WritePlot(rows));
    Show(*calendar, rows, console);
    return 0;
  }

 private:
  Result<lab::Calendar> ReadCalendar(Console& console) const {
    const std::string path =
        calendar_.empty() ? FindSharedFolder("calendar") + "/outages.csv" : calendar_;
    const Result<std::string> text = ReadDocument(path, console.in(), kLargestCalendar);
    if (!text.ok()) return text.status();
    if (text->size() > kLargestCalendar) {
      return Status(Code::kInvalid, path + ": larger than 4 MiB: no calendar of outages");
    }
    return lab::ParseCalendar(*text, path);
  }

  Status WritePlot(const std::vector<lab::Row>& rows) const {
    if (plot_.empty()) return Status();
    std::ofstream file(plot_, std::ios::binary);
    file << lab::PlotSvg(rows);
    if (file.flush()) return Status();
    return Status(Code::kUnreadable, plot_ + ": cannot be written");
  }

  static void Show(const lab::Calendar& calendar, const std::vector<lab::Row>& rows,
                   Console& console) {
    if (console.json()) {
      console.Line(JsonObject()
                       .Add("outages", calendar.outages.size())
                       .Add("cancelled", calendar.cancelled)
                       .Add("of_others", calendar.of_others)
                       .Add("without_start", calendar.without_start)
                       .Add("without_end", calendar.without_end));
      for (const lab::Row& row : rows) console.Line(lab::ToJson(row));
      return;
    }
    console.Text(fmt::format(
        "{} outages; {} rows left out ({} cancelled, {} of others than producers, {} without a "
        "start, {} without an end)",
        calendar.outages.size(), calendar.left_out(), calendar.cancelled, calendar.of_others,
        calendar.without_start, calendar.without_end));
    const lab::Summary& first = rows.front().summary;
    console.Text(fmt::format("{} messages around them, {:.0f} hours in which requests fail",
                             lab::ShowCount(static_cast<double>(first.messages)), first.hours));
    // A figure on a line of its own: so many columns would not fit a screen.
    std::vector<std::string> heads = {"figure"};
    for (const lab::Row& row : rows) heads.push_back(row.policy);
    Table table(std::move(heads));
    for (const lab::Figure& figure : lab::Figures()) {
      std::vector<std::string> cells = {std::string(figure.meaning)};
      for (const lab::Row& row : rows) cells.push_back(figure.show(row));
      table.Row(std::move(cells));
    }
    for (const std::string& line : table.Lines()) console.Text(line);
  }

  std::string calendar_, plot_;
  int per_day_ = 10'000;
  std::uint64_t seed_ = 1;
};

}  // namespace

std::unique_ptr<Command> MakePolicy() {
  return std::make_unique<Policy>();
}

}  // namespace utboks::app
