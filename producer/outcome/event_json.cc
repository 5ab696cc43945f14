#include "producer/outcome/event_json.h"

#include <fmt/format.h>

#include "queue/base/clock.h"
#include "queue/base/mask.h"

namespace utboks {
namespace {

void AddText(JsonObject& object, std::string_view name, std::string_view text) {
  if (text.empty()) {
    object.AddNull(name);
  } else {
    object.Add(name, text);
  }
}

}  // namespace

std::string StreamText(const StreamName& stream) {
  return fmt::format("{}.{:x}", stream.store, stream.epoch);
}

JsonObject EventJson(const EventView& event, const StreamName& stream) {
  JsonObject object;
  object.Add("version", 1).Add("stream", StreamText(stream)).Add("event_id", event.id);
  object.Add("time", FormatUtc(event.at)).Add("event", event.event);
  // Of no message: of a gate, an alarm, a receiver or a replay job.
  if (event.message == Uuid{}) {
    object.Add("concerns", event.ressurs.empty() ? "site" : event.ressurs);
    AddText(object, "reason", event.reason);
    AddText(object, "actor", event.actor);
    return object;
  }
  object.Add("id", FormatUuid(event.message));
  AddText(object, "avsendersMeldingsidentifikator", MaskIdentifier(event.identifikator.reveal()));
  AddText(object, "ressurs", event.ressurs);
  AddText(object, "from", event.from ? StateName(*event.from) : std::string_view());
  object.Add("state", StateName(event.to));
  AddText(object, "reason", event.reason);
  AddText(object, "actor", event.actor);
  AddText(object, "folkeregisterReferanse", event.reference);
  if (!event.refusal.reveal().empty()) object.AddJson("error", event.refusal.reveal());
  return object;
}

}  // namespace utboks
