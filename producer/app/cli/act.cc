#include "producer/app/cli/act.h"

#include <fmt/format.h>

#include <algorithm>

#include "producer/app/cli/options.h"
#include "producer/app/nearest_name.h"
#include "producer/app/view.h"
#include "queue/base/mask.h"

namespace utboks::app {

Result<Selection> Resolve(Operator& desk, const std::vector<std::string>& words, Console& console,
                          int* exit_code) {
  std::vector<MessageView> found;
  WorstOf worst;
  for (const std::string& word : words) {
    auto message = desk.One(word);
    if (message.ok()) {
      found.push_back(*std::move(message));
      continue;
    }
    if (message.code() != Code::kNotFound) return message.status();
    worst.Add(message.status());
    const std::string shown = MaskIdentifier(word);
    if (console.json()) {
      console.Line(JsonObject().Add("id", shown).Add("error", FailureJson(message.status())));
    } else {
      console.Note(fmt::format("{}: {}", shown, message.status().text()));
    }
  }
  *exit_code = worst.exit_code();
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& one, const auto& other) { return one.seq < other.seq; });
  Selection selection;
  for (const MessageView& message : found) selection.Add(message);
  return selection;
}

Result<int> ActOn(Operator& desk, Decision decision, const std::vector<Uuid>& ids,
                  const ActOptions& options, const Actor& actor, Console& console, int exit_code) {
  std::vector<Acted> done;
  const Status status = desk.Do(decision, ids, options, actor, &done, [&](std::size_t count) {
    console.Progress(DecisionName(decision), count, ids.size());
  });
  console.EndProgress();
  WorstOf worst;
  if (exit_code != 0) worst.Add(Status(Code::kNotFound, ""));
  for (const Acted& one : done) {
    worst.Add(one.status);
    if (console.json()) {
      console.Line(ActedJson(one));
    } else if (one.status.ok()) {
      console.Text(ActedLine(one));
    } else {
      console.Note(ActedLine(one));
    }
  }
  if (!status.ok()) return status;
  return worst.exit_code();
}

void ShowCauses(const Selection& selection, Console& console) {
  Table table({"messages", "state", "ressurs", "reason"});
  for (const Selection::Cause& cause : selection.causes) {
    if (console.json()) {
      console.Line(JsonObject()
                       .Add("count", cause.count)
                       .Add("state", StateName(cause.state))
                       .Add("ressurs", cause.ressurs)
                       .Add("reason", cause.reason));
    } else {
      table.Row({std::to_string(cause.count), std::string(StateName(cause.state)), cause.ressurs,
                 cause.reason});
    }
  }
  if (!table.empty()) {
    for (const std::string& line : table.Lines()) console.Text(line);
  }
}

void ReportFailure(const std::string& file, const Status& status, Console& console) {
  if (console.json()) {
    console.Line(JsonObject().Add("file", MaskIdentifier(file)).Add("error", FailureJson(status)));
  } else {
    console.Note(status.text());
  }
}

Status CheckRessurs(Parts& parts, const std::string& ressurs) {
  if (ressurs.empty()) return Status();
  const auto catalogue = parts.GetCatalogue();
  if (!catalogue.ok()) return catalogue.status();
  if ((*catalogue)->Find(ressurs) != nullptr) return Status();
  std::vector<std::string_view> names;
  for (const Ressurs& known : (*catalogue)->ressurser()) names.push_back(known.name);
  return Status(Code::kUsage, fmt::format("there is no ressurs {}; did you mean {}? `utboks "
                                          "schemas list` shows them all",
                                          ressurs, NearestName(ressurs, names)));
}

}  // namespace utboks::app
