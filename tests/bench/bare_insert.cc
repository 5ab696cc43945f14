#include "tests/bench/bare_insert.h"

#include <chrono>

namespace utboks::bench::bare {

std::int64_t Now() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void Inserter::Insert(std::span<const Letter> letters) {
  begin_.Run();
  std::int64_t seq = last_.Row() ? last_.Int(0) : 0;
  last_.Done();
  if (!gate_.Row(kRessurs)) make_gate_.Run(kRessurs), gate_.Row();
  const std::int64_t ressurs = gate_.Int(0);
  gate_.Done();
  for (const Letter& letter : letters) {
    const std::int64_t now = Now();
    std::string id = Chance(16);  // that of a UUID which grows with time
    for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<char>(now >> (40 - 8 * i));
    id[6] = static_cast<char>((id[6] & 0x0f) | 0x70),
    id[8] = static_cast<char>((id[8] & 0x3f) | 0x80);
    const std::string identifikator = seal_.Hmac("identifikator" + letter.identifikator);
    const std::string digest = seal_.Hmac(letter.document);
    const std::string key = seal_.Hmac(letter.order_key).substr(0, 16);
    const std::string bound = std::string(37, 's') + id;  // to store and message
    const std::string names = seal_("36:" + letter.identifikator, bound + "names");
    const std::string document = seal_(letter.document, bound + "document");
    ++seq;
    known_.Run(std::string_view(identifikator));
    tomb_.Run(std::string_view(identifikator));
    const std::int64_t ahead = before_.Row(std::string_view(key), seq);
    before_.Done();
    key_.Run(std::string_view(key), 0, seq);
    event_.Run(seq, 0, ressurs, now, "queued", Null(), 1, 0, "", "cli:bench", Null());
    const std::int64_t event = sqlite3_last_insert_rowid(db_.db);
    message_.Run(seq, std::string_view(id), ressurs, 0, 1, ahead, now, Null(), event, now);
    if (ahead == 0) ready_.Run(0, ressurs, now, seq, std::string_view(id), 0, 0, 0);
    record_.Run(seq, std::string_view(identifikator), std::string_view(digest), Null(),
                std::string_view(names), std::string_view(key), kEdition, kSchemaHash, now);
    content_.Run(seq, std::string_view(document));
  }
  tally_.Run(0, std::ssize(letters), 0, 0, 0, 0, 0, 0);
  commit_.Run();
}

}  // namespace utboks::bench::bare
