// Order (delivery.md §6): who is first in each key.
//
// order_key holds, per key, who stands in it (gone 0) and who has left (gone 1),
// in the order of arrival; message.ahead counts the keys in which a message is
// not first.  These functions keep both true, for the message and its neighbours.
//
// Most messages stand alone in their keys.  Such a one leaves without a write
// here: keys are hashes, so each would be a page of its own in a large store.  Its
// row stays with gone 0 while message.in_keys says 0, and is put right by the next
// that takes the key.  So of the rows with gone 0 at most the last is stale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/rows/tails.h"
#include "queue/rows/work.h"

namespace utboks::rows {

inline constexpr std::size_t kOrderKeyBytes = 16;

// A message that was just inserted takes its keys; its `ahead`.
// `tails` may know who stands in them.
Result<int> TakeKeys(Work& work, Tails& tails, MessageSeq seq, std::string_view keys);

// `row` leaves its keys, and whoever is first now may go.  Writes followers, not `row`
// (whose in_keys and ahead it sets).
Status LeaveKeys(Work& work, MessageRow& row);

// `row`, which had left, takes its old place again; whoever was first is so no longer.
Status ReturnToKeys(Work& work, MessageRow& row);

// A follower that has been sent since, or is being sent: the first found; it may have
// been purged since.
Result<std::optional<MessageSeq>> SentFollower(Connection& db, MessageSeq seq,
                                               std::string_view keys);
// A follower that is being sent or in doubt now: the first found.
Result<std::optional<MessageSeq>> FollowerUnderWay(Connection& db, MessageSeq seq,
                                                   std::string_view keys);

// `row` is about to be purged.  Its place is kept where it was sent and one before it
// in the key is still there: that one must not come back as if nothing had passed it.
// `alone`: nobody else has a row in `keys`, which are its own.
Status ForgetKeys(Work& work, MessageRow& row, std::string_view keys, bool alone);

// Anybody behind it in one of its keys.
Result<bool> HasFollower(Connection& db, MessageSeq seq, std::string_view keys);

// Whether any message waits until its followers have come to rest: asked, and learnt.
// WakeAfterFollowers asks by itself where nobody has.
Query AskAfterFollowers(Work& work);
Status KnowAfterFollowers(Work& work, Query& asked);

// `rested` is not under way any more (and its row says so).  A message that waits
// until no follower of it is takes its place again when this was the last.
Status WakeAfterFollowers(Work& work, MessageSeq rested);

// The message before it in a key where it is not first; nothing when it is first.
Result<std::optional<MessageSeq>> HeadBefore(Connection& db, MessageSeq seq, std::string_view keys);

}  // namespace utboks::rows
