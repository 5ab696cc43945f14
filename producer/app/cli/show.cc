#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "producer/app/cli/commands.h"
#include "producer/app/cli/options.h"
#include "producer/app/view.h"
#include "producer/outcome/event_json.h"
#include "queue/base/mask.h"

namespace utboks::app {
namespace {

constexpr int kPage = 500;

class Show final : public Command {
 public:
  std::string name() const override { return "show"; }
  std::string summary() const override { return "one message: state, attempts, history"; }
  void Declare(CLI::App& app) override {
    app.add_option("ID", id_, "ours, or avsendersMeldingsidentifikator; - reads it")->required();
    app.add_flag("--ref", by_reference_, "ID is avsendersSaksreferanse; may give several");
    app.add_flag("--content", content_,
                 "also the document, the register's answers and the reasons people gave; "
                 "the history will say that you looked");
  }

  Result<int> Run(Parts& parts, Console& console) override {
    const auto ids = ReadIds({id_}, console.in());
    if (!ids.ok()) return ids.status();
    if (ids->size() > 1) {
      return Status(Code::kUsage, "show takes one message; standard input names more");
    }
    const auto store = parts.OpenStore({});
    if (!store.ok()) return store.status();
    const auto found = (*store)->Find(ids->front(), by_reference_);
    if (!found.ok()) return found.status();
    if (found->empty()) return Status(Code::kNotFound, "there is no such message");
    for (const MessageView& message : *found) {
      UTBOKS_RETURN_IF_ERROR(ShowOne(parts, **store, message, console));
    }
    return 0;
  }

 private:
  Status ShowOne(Parts& parts, Store& store, const MessageView& message, Console& console) {
    std::optional<Payload> payload;
    if (content_) {
      const auto desk = parts.GetOperator();
      if (!desk.ok()) return desk.status();
      auto read = (*desk)->ReadContent(message.id, {parts.ActorName(), SensitiveText()});
      // Purged content is no failure: the rest is still there to see.
      if (read.ok()) {
        payload = *std::move(read);
      } else if (read.code() == Code::kNotFound) {
        console.Note(read.status().text());
      } else {
        return read.status();
      }
    }
    const auto attempts = store.Attempts(message.id, content_);
    if (!attempts.ok()) return attempts.status();
    std::vector<EventView> events;
    for (std::int64_t after = 0;;) {
      const auto page = store.Events(after, kPage, message.id);
      if (!page.ok()) return page.status();
      events.insert(events.end(), page->begin(), page->end());
      if (page->size() < kPage) break;
      after = page->back().id;
    }
    if (console.json()) {
      const auto stream = store.Stream();
      if (!stream.ok()) return stream.status();
      PrintJson(message, *attempts, {*stream, events}, payload, console);
    } else {
      PrintScreen(message, *attempts, events, payload, console);
    }
    return Status();
  }

  struct Told {
    StreamName stream;
    const std::vector<EventView>& events;
  };

  void PrintJson(const MessageView& message, const std::vector<AttemptView>& attempts,
                 const Told& told, const std::optional<Payload>& payload, Console& console) const {
    JsonList attempt_list, event_list;
    for (const AttemptView& attempt : attempts) {
      JsonObject object = AttemptJson(attempt);
      if (content_) object.Add("answer", attempt.answer.reveal());
      attempt_list.Add(object);
    }
    for (const EventView& event : told.events) {
      JsonObject object = EventJson(event, told.stream);
      if (content_) object.Add("why", event.why.reveal());
      event_list.Add(object);
    }
    JsonObject object = MessageJson(message);
    object.Add("attempt_list", attempt_list).Add("events", event_list);
    if (payload) {
      JsonList attachments;
      for (const NewAttachment& one : payload->attachments) {
        attachments.Add(JsonObject()
                            .Add("name", one.name.reveal())
                            .Add("type", one.type)
                            .Add("bytes", one.bytes.reveal().size()));
      }
      object.Add(
          "content",
          JsonObject().Add("document", payload->document.reveal()).Add("attachments", attachments));
    }
    console.Line(object);
  }

  void PrintScreen(const MessageView& message, const std::vector<AttemptView>& attempts,
                   const std::vector<EventView>& events, const std::optional<Payload>& payload,
                   Console& console) const {
    const auto row = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) console.Text(fmt::format("{:<32}{}", name, value));
    };
    row("id", FormatUuid(message.id));
    row("avsendersMeldingsidentifikator", MaskIdentifier(message.identifikator.reveal()));
    row("ressurs", message.ressurs);
    row("edition", message.edition);
    row("state", StateName(message.state));
    row("reason", message.reason);
    row("waits for", WaitsForText(message.waits_for));
    row("received", FormatOslo(message.received));
    row("due", message.due ? FormatOslo(*message.due) : "");
    row("folkeregisterReferanse", message.reference);
    row("replaces", message.replaces ? FormatUuid(*message.replaces) : "");
    row("replaced by", message.replaced_by ? FormatUuid(*message.replaced_by) : "");
    row("refused with", message.refusal.reveal());
    if (!attempts.empty()) {
      Table table({"attempt", "started", "took", "result", "status", "reason", "feilkode",
                   "support id", "counted"});
      for (const AttemptView& attempt : attempts) {
        table.Row(
            {std::to_string(attempt.id), FormatOslo(attempt.started),
             attempt.ended ? fmt::format("{} ms", (*attempt.ended - attempt.started).count()) : "",
             std::string(AttemptResultName(attempt.result)) + (attempt.probe ? ", probe" : ""),
             attempt.http_status == 0 ? "" : std::to_string(attempt.http_status), attempt.reason,
             attempt.feilkode, attempt.support_id, attempt.counted ? "yes" : "no"});
      }
      console.Text("");
      for (const std::string& line : table.Lines()) console.Text(line);
    }
    if (!events.empty()) {
      Table table({"event", "time", "what", "from", "to", "reason", "by"});
      for (const EventView& event : events) {
        table.Row({std::to_string(event.id), FormatOslo(event.at), event.event,
                   event.from ? std::string(StateName(*event.from)) : "",
                   std::string(StateName(event.to)), event.reason, event.actor});
      }
      console.Text("");
      for (const std::string& line : table.Lines()) console.Text(line);
    }
    if (content_) PrintContent(attempts, events, payload, console);
  }

  static void PrintContent(const std::vector<AttemptView>& attempts,
                           const std::vector<EventView>& events,
                           const std::optional<Payload>& payload, Console& console) {
    for (const EventView& event : events) {
      if (event.why.reveal().empty()) continue;
      console.Text("");
      console.Text(fmt::format("why, at event {}:", event.id));
      console.Content(event.why.reveal());
    }
    for (const AttemptView& attempt : attempts) {
      if (attempt.answer.reveal().empty()) continue;
      console.Text("");
      console.Text(fmt::format("answer to attempt {}:", attempt.id));
      console.Content(attempt.answer.reveal());
    }
    if (!payload) return;
    for (const NewAttachment& one : payload->attachments) {
      console.Text("");
      console.Text(fmt::format("attachment of {} bytes, {}:", one.bytes.reveal().size(), one.type));
      console.Content(one.name.reveal());
    }
    console.Text("");
    console.Text("document:");
    console.Content(payload->document.reveal());
  }

  std::string id_;
  bool by_reference_ = false, content_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeShow() {
  return std::make_unique<Show>();
}

}  // namespace utboks::app
