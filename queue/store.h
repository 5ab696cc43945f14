// The store: the only place where services meet (architecture.md §4).
//
// Views of one thing, so that each caller holds no more than it needs: Intake puts in,
// Delivery sends, Feedback hears what became of it, Desk lets people act, Replays lets
// them act on many in a job that outlives them, Reader looks, NoticeBoard keeps what the
// register's operators tell, Inbox hands over what was put in by SQL, Receivers keep how far
// the history has been told, Duties share out what one worker does.  A Store is all of them.  Every
// method is safe for many threads and many processes, takes effect in one transaction, and is
// durable when it returns ok.  kBusy: nothing happened, try again.  kFull: below the disk floor,
// nothing taken in.  kCorrupt: nothing may be written any more, and nothing is; stop and say so.
// kSuperseded: the same, as a newer program has migrated the store to what this one does not know.
// kAltered: what is sealed of this message does not open; others are not concerned.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "queue/base/clock.h"
#include "queue/base/status.h"
#include "queue/duties.h"
#include "queue/feedback.h"
#include "queue/message.h"
#include "queue/notice.h"
#include "queue/received.h"
#include "queue/receivers.h"
#include "queue/replays.h"

namespace utboks {

class Intake {
 public:
  virtual ~Intake() = default;
  // Many rows, one commit.  The same again (delivery.md §7) gives the existing
  // message; other bytes under its identifier give kExists in that row's status.
  // kAllOrNone: one refused row and nothing is stored.  Order: the rows take
  // their keys in the order given; a correction takes the place of what it corrects,
  // which is cancelled in the same commit.  kConflict in its status: that one may be
  // registered, or those that wait behind it would go first.  A row with answer_later
  // is stored in any case, as rejected where it is refused, and holds no identifier then.
  virtual Result<std::vector<Inserted>> Insert(std::span<const NewRow> rows, InsertMode mode) = 0;
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  // Takes up to `free_senders` messages that may go now, and as many tokens;
  // goes round the resources, oldest due first in each, only heads of their
  // keys.  Writes lease and attempt.
  virtual Result<Claimed> Claim(std::span<const Room> room, int free_senders) = 0;
  // The probe that is due, for one worker alone; nothing when none is.
  virtual Result<std::optional<Probe>> ClaimProbe() = 0;
  // `message`: what became of the probe's message, when it was sent; a message
  // that was claimed and not sent is handed back.
  virtual Status SettleProbe(const Probe& probe, const HeadResult& head,
                             const std::optional<Outcome>& message) = 0;
  // For a worker that starts: as LearnsAtStart of queue/probe says.  Leaves a token
  // for a message: none ever waits for this.
  virtual Result<HeadTurn> ClaimHead(std::string_view ressurs) = 0;
  // What it was answered.
  virtual Status LearnHead(std::string_view ressurs, const HeadResult& head) = 0;
  virtual Result<Payload> Load(const Lease& lease) = 0;
  // Load of many in one go, for whoever is about to send them all; as many answers, in the
  // same order.  Nothing for what has attachments (they may be large: whoever sends it loads
  // it), nor for what cannot be loaded: Load says why.
  virtual std::vector<std::optional<Payload>> LoadAhead(std::span<const Lease> leases) = 0;
  // Claimed and surely never begun: back to its place, the attempt forgotten.
  virtual Status HandBack(std::span<const Lease> surely_not_sent) = 0;
  // What became of them.  A settlement without a live token changes nothing,
  // except a receipt, which is always taken.
  virtual Status Settle(std::span<const Settlement> done) = 0;
  // Dead workers' rows become in doubt (or held, for `crash`).  How many.
  virtual Result<int> RecoverDead() = 0;
  // Every few seconds, and at start: pulls in times that lie too far ahead, lets
  // pauses end, raises and clears the alarms whose condition is in the store.
  // What changed, for the log.
  virtual Result<std::vector<AlarmChange>> Tick() = 0;
  // An alarm whose condition is known outside the store (certificate, clock).
  virtual Status SetAlarm(std::string_view name, std::string_view subject, bool stands) = 0;
  // Waits for a change of the store since the last call came back, by whichever
  // process, or `until`, or stop.  A hint: one caller per Store.
  virtual void WaitForChange(SteadyTime until, const std::stop_token& stop) = 0;
};

// What the register's feedback (tilbakemelding) tells: queue/feedback says what it does.
class Feedback {
 public:
  virtual ~Feedback() = default;
  // How far it has been read: where to read on.
  virtual Result<std::int64_t> FeedPosition() = 0;
  // The position and all that the page does move together.  kConflict: it does not
  // begin at FeedPosition, and nothing was done; read on from there.
  virtual Result<FeedbackApplied> ApplyFeedback(const FeedbackPage& page) = 0;
};

class Desk {
 public:
  virtual ~Desk() = default;
  virtual Result<std::vector<Acted>> Do(const Act& act) = 0;
  // `gate` "" is the site.
  virtual Status PauseGate(std::string_view gate, std::optional<WallTime> until,
                           std::string_view actor, const SensitiveText& why) = 0;
  // kConflict: neither pause nor blame run stood.
  virtual Status ResumeGate(std::string_view gate, std::string_view actor,
                            const SensitiveText& why) = 0;
  virtual Status Acknowledge(std::string_view alarm, std::string_view actor,
                             const SensitiveText& why) = 0;
  // Removes content and then records whose time has come, at most `most` of
  // each; call again until both come back 0.  With `feed_read` false, accepted
  // messages older than content_after are closed first.  What happened to gates and
  // alarms goes with the records, uncounted.
  struct Purged {
    std::int64_t closed = 0, contents = 0, records = 0;
  };
  virtual Result<Purged> Purge(Millis content_after, Millis record_after, bool feed_read,
                               int most) = 0;
  // A person has seen content: written to the history before it is shown.
  virtual Status AuditReading(const Uuid& id, std::string_view actor) = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<std::vector<MessageView>> List(const Filter& filter) = 0;
  // By our id, or by avsendersMeldingsidentifikator; `by_reference`: by
  // avsendersSaksreferanse, which may give several.  kNotFound when none.
  virtual Result<std::vector<MessageView>> Find(std::string_view id, bool by_reference) = 0;
  virtual Result<std::vector<AttemptView>> Attempts(const Uuid& id, bool with_answers) = 0;
  virtual Result<std::vector<EventView>> Events(std::int64_t after, int limit,
                                                const std::optional<Uuid>& message) = 0;
  virtual Result<Payload> Content(const Uuid& id) = 0;
  virtual Result<Overview> Look() = 0;
};

class NoticeBoard {
 public:
  virtual ~NoticeBoard() = default;
  // All that is kept of `feed`; nothing when it has never been read.
  virtual Result<std::optional<std::vector<Notice>>> Notices(std::string_view feed) = 0;
  // From the first call on the feed has been read, whatever the changes.  One that is
  // no longer there is neither changed nor removed.
  virtual Status KeepNotices(std::string_view feed, const NoticeChanges& changes) = 0;
  // All others are as if they had never been read.
  virtual Status ForgetFeedsBut(std::span<const std::string> feeds) = 0;
};

class Store : public Intake,
              public Delivery,
              public Feedback,
              public Desk,
              public Replays,
              public Reader,
              public NoticeBoard,
              public Inbox,
              public Receivers,
              public Duties {
 public:
  // A copy for safe keeping, taken while workers run; the key file is not in it.
  virtual Status Backup(const std::string& path) = 0;
};

}  // namespace utboks
