#include "queue/rows/tails.h"

namespace utboks::rows {

void Tails::Add(std::string_view key) {
  if (db_.far() && tails_.emplace(key, Tail{}).second) list_.Add(key);
}

void Tails::Ask() {
  if (tails_.empty()) return;
  keys_ = list_.text();
  // At most the last of a key is stale, so two tell.
  asked_.emplace(
      db_.Prepare("SELECT u.key, t.seq, t.in_keys FROM unnest(CAST(? AS BYTEA[])) AS u(key)"
                  " CROSS JOIN LATERAL (SELECT k.seq, m.in_keys FROM order_key k"
                  " JOIN message m ON m.seq = k.seq WHERE k.key = u.key AND k.gone = 0"
                  " ORDER BY k.seq DESC LIMIT 2) AS t"));
  asked_->BindText(keys_).Ask();
}

Status Tails::ReadAsked() {
  while (asked_->Step()) {
    const auto found = tails_.find(asked_->Blob(0));
    const bool stands = asked_->Bool(2);
    if (!stands && found->second.stale != 0) {
      tails_.erase(found);  // never so far; who is behind both is not known
      continue;
    }
    MessageSeq& seq = stands ? found->second.stands : found->second.stale;
    if (seq == 0) seq = asked_->Int(1);  // the later one came first
  }
  const Status read = asked_->status();
  asked_.reset();
  return read;
}

Result<Tail*> Tails::Of(std::string_view key) {
  if (asked_) UTBOKS_RETURN_IF_ERROR(ReadAsked());
  const auto found = tails_.find(key);
  return found == tails_.end() ? nullptr : &found->second;
}

}  // namespace utboks::rows
