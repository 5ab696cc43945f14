// THE way to act on what is in the store: command line and HTTP both come here,
// so that a rule holds for both.  Every act carries who did it and why, and the
// store writes both to the history.
//
// Safe for many threads when desk, reader and revalidator are; keeps nothing
// between calls.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "producer/ops/revalidator.h"
#include "queue/message.h"
#include "queue/store.h"

namespace utboks {

struct Actor {
  std::string name;   // "cli:USER", "http:TOKEN"
  SensitiveText why;  // may be empty
};

struct Selection {
  struct Cause {
    State state = State::kHeld;
    std::string ressurs, reason;
    std::int64_t count = 0;
  };
  std::vector<Uuid> ids;
  std::vector<Cause> causes;  // what they are

  void Add(const MessageView& message);
};

struct ActOptions {
  bool may_be_registered = false;  // cancel
  bool again = false;              // replay
  bool after_followers = false;    // replay
};

struct Retention {
  Millis content_after{}, record_after{};
  bool feed_read = false;  // false: accepted messages are closed by time
};

class Operator {
 public:
  // All must outlive it.
  Operator(Desk& desk, Reader& reader, Revalidator& revalidator)
      : desk_(desk), reader_(reader), revalidator_(revalidator) {}

  // Newest first; each page is a transaction of its own.  `see` returns false to
  // stop.  filter.limit 0 = all.
  Status List(const Filter& filter, const std::function<bool(const MessageView&)>& see);

  // `text`: our id or avsendersMeldingsidentifikator.  kNotFound says what to do.
  Result<MessageView> One(std::string_view text);

  // The messages that `filter` gives now, in the order they arrived, and their
  // causes, most numerous first: who acts later acts on exactly these.
  Result<Selection> Freeze(const Filter& filter);

  // One answer per id, in their order.  A failure as a whole (kBusy…) comes with
  // what had been done before it in `done`.  release and replay validate again:
  // a document that no longer holds stays where it is, with kInvalid.
  // `progress` is told after each group how many are done; may be empty.
  using Progress = std::function<void(std::size_t done)>;
  Status Do(Decision decision, const std::vector<Uuid>& ids, const ActOptions& options,
            const Actor& actor, std::vector<Acted>* done, const Progress& progress = {});

  // `gate` "" is the site.
  Status Pause(std::string_view gate, std::optional<WallTime> until, const Actor& actor);
  Status Resume(std::string_view gate, const Actor& actor);
  Status Acknowledge(std::string_view alarm, const Actor& actor);

  // A person looks at content: written to the history first.
  Result<Payload> ReadContent(const Uuid& id, const Actor& actor);

  // Removes what is old in small steps, so that workers come in between, until
  // nothing is left or `stop`; `done` holds what was done, also on a failure.
  Status Purge(const Retention& retention, const std::stop_token& stop, Desk::Purged* done,
               const Progress& progress = {});

 private:
  Status DoGroup(const Act& act, std::vector<Acted>* done);
  Status DoValidated(Act act, std::vector<Acted>* done);

  Desk& desk_;
  Reader& reader_;
  Revalidator& revalidator_;
};

// The state a decision may find a message in, without its special options: what
// `replay` by a filter asks for when the filter names no state.
std::vector<State> StatesFor(Decision decision);
std::string_view DecisionName(Decision decision);  // "hold", "release", …

}  // namespace utboks
