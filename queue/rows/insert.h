// Putting in: many rows in one transaction, the same again harmless.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "queue/message.h"
#include "queue/rows/work.h"

namespace utboks::rows {

// A row with what costs time done, hashed and sealed, outside the transaction and on the
// caller's thread; but for the attachments, which are sealed as they are written.
struct SealedRow {
  std::string ressurs;
  Uuid id{};
  Digest identifikator{};
  Digest digest{};
  std::optional<Digest> saksreferanse;
  std::string names;     // sealed
  std::string document;  // sealed
  std::vector<NewAttachment> attachments;
  std::string keys;  // 16 bytes each, each once
  std::string edition, schema_hash;
  std::optional<WallTime> not_before;
  std::string actor;
  std::optional<Correction> corrects;
  std::string correlation;  // sealed; "" = none
  bool answer_later = false;
  bool known_by_id = false;  // its caller was given `id` already
  std::optional<Refusal> refusal;
  std::optional<std::int64_t> received;
};

SealedRow SealRow(const NewRow& row, const Sealer& sealer, WallTime now, Random& random);

// The two texts of `record.names`.
std::string PackNames(std::string_view identifikator, std::string_view saksreferanse);
void UnpackNames(std::string_view packed, std::string* identifikator, std::string* saksreferanse);

// What never changes of a message, and its content.
Status WriteRecord(Work& work, MessageSeq seq, const SealedRow& row, const Digest& identifikator);

// kExists for the whole only in kAllOrNone; else each row has its own status.
Result<std::vector<Inserted>> InsertRows(Work& work, std::span<const SealedRow> rows,
                                         InsertMode mode);

}  // namespace utboks::rows
