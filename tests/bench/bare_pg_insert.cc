#include "tests/bench/bare_pg_insert.h"

#include <vector>

#include "tests/bench/bare_insert.h"

namespace utboks::bench::bare {
namespace {

struct Sealed {
  std::string id, identifikator, digest, key, names, document;
};

std::string Hex(std::string_view bytes) {
  std::string text = R"("\\x)";
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text + "\",";
}

}  // namespace

void PgInserter::Insert(std::span<const Letter> letters) {
  const std::int64_t now = Now();
  std::vector<Sealed> all;
  std::string identifiers = "{", keys = "{";
  for (const Letter& letter : letters) {
    std::string id = Chance(16);  // that of a UUID which grows with time
    for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<char>(now >> (40 - 8 * i));
    const std::string bound = std::string(37, 's') + id;  // to store and message
    all.push_back({id, seal_.Hmac("identifikator" + letter.identifikator),
                   seal_.Hmac(letter.document), seal_.Hmac(letter.order_key).substr(0, 16),
                   seal_("36:" + letter.identifikator, bound + "names"),
                   seal_(letter.document, bound + "document")});
    identifiers += Hex(all.back().identifikator), keys += Hex(all.back().key);
  }
  identifiers.back() = '}', keys.back() = '}';
  turn_.Begin(), gates_.Send(), known_.Send(identifiers), before_.Send(keys), db_.Go();
  turn_.Read();
  for (const Sealed& one : all) {
    const std::int64_t seq = ++turn_.message, event = ++turn_.history;
    key_.Send(one.key, 0, seq);
    event_.Send(event, seq, 0, 1, now, "queued", PgNull(), 1, 0, "", "cli:bench", PgNull());
    message_.Send(seq, one.id, 1, 0, 1, 0, now, PgNull(), event, now);
    ready_.Send(0, 1, now, seq, one.id, 0, 0, 0);
    record_.Send(seq, one.identifikator, one.digest, PgNull(), one.names, one.key, kEdition,
                 kSchemaHash, now);
    content_.Send(seq, one.document);
  }
  turn_.Commit(std::ssize(all), 0);
}

}  // namespace utboks::bench::bare
