#include "tests/bench/postgres_fill.h"

#include <fmt/format.h>

#include <string>

#include "tests/bench/letter.h"

namespace utboks::bench {
namespace {

// {c}: closed, {n}: closed and waiting, {at}: milliseconds.  Bytes are as long as those
// that the store seals, and as unlike each other where they are keys.  What would have to
// be opened (an attempt's evidence) is as long, and elsewhere in its row.
constexpr const char* kFill[] = {
    "INSERT INTO gate (nr, name) VALUES (1, '{ressurs}')",
    "CREATE FUNCTION hash(what TEXT, n BIGINT) RETURNS BYTEA LANGUAGE SQL IMMUTABLE AS"
    " $$SELECT sha256(convert_to(what || n, 'UTF8'))$$",
    "CREATE FUNCTION moment(n BIGINT) RETURNS BIGINT LANGUAGE SQL IMMUTABLE AS"
    " $$SELECT {at} - greatest({c} - n, 0) * 1000$$",
    "INSERT INTO message (seq, id, ressurs, state, ahead, due_at, attempts, in_keys, last_attempt,"
    " receipt, has_content, last_event, changed_at) SELECT n, decode(lpad(to_hex(moment(n)), 12,"
    " '0') || substr(encode(hash('id', n), 'hex'), 1, 20), 'hex'), 1, 6, 0, moment(n), 1, 0, n, n,"
    " 0, 3 * n, moment(n) FROM generate_series(1, {c}) n",
    "INSERT INTO message (seq, id, ressurs, state, ahead, due_at, last_event, changed_at)"
    " SELECT n, decode(lpad(to_hex(moment(n)), 12, '0') ||"
    " substr(encode(hash('id', n), 'hex'), 1, 20), 'hex'), 1, 1, 0, moment(n), 2 * {c} + n,"
    " moment(n) FROM generate_series({c} + 1, {n}) n",
    "INSERT INTO record (seq, identifikator, digest, names, keys, edition, schema_hash, received)"
    " SELECT n, hash('identifikator', n), hash('digest', n),"
    " hash('a', n) || hash('b', n) || hash('c', n), substr(hash('key', n), 1, 16), '{edition}',"
    " '{schema}', moment(n) FROM generate_series(1, {n}) n",
    "INSERT INTO order_key (key, gone, seq)"
    " SELECT substr(hash('key', n), 1, 16), 0, n FROM generate_series(1, {n}) n",
    "INSERT INTO attempt (id, message, prev, started, ended, result, probe, gates_open,"
    " others_tried, http_status, worker, reason) SELECT n, n, 0, moment(n), moment(n), 1, 0, 1,"
    " 1, 202, 'bench', repeat('x', 96)"
    " FROM generate_series(1, {c}) n",
    "INSERT INTO history (id, message, prev, ressurs, at, event, from_state, to_state, attempt,"
    " actor) SELECT 3 * n - 2 + k, n, CASE k WHEN 0 THEN 0 ELSE 3 * n - 3 + k END, 1, moment(n),"
    " (ARRAY['queued', 'accepted', 'decided'])[k + 1], (ARRAY[NULL, 2, 5])[k + 1],"
    " (ARRAY[1, 5, 6])[k + 1], CASE k WHEN 1 THEN n ELSE 0 END, 'worker'"
    " FROM generate_series(1, {c}) n, generate_series(0, 2) k",
    "INSERT INTO history (id, message, prev, ressurs, at, event, to_state, actor)"
    " SELECT 2 * {c} + n, n, 0, 1, moment(n), 'queued', 1, 'worker'"
    " FROM generate_series({c} + 1, {n}) n",
    "INSERT INTO content (seq, document)"
    " SELECT n, convert_to(repeat('x', 1500), 'UTF8') FROM generate_series({c} + 1, {n}) n",
    "INSERT INTO ready (lane, ressurs, due_at, seq, id, last_attempt, doubt, waited_on)"
    " SELECT 0, 1, due_at, seq, id, 0, 0, 0 FROM message WHERE state = 1",
    "UPDATE turn SET message = {n}, attempt = {c}, history = 2 * {c} + {n}",
    "UPDATE tally SET due = {n} - {c}, closed = {c}",
    "DROP FUNCTION hash; DROP FUNCTION moment",
    "VACUUM ANALYZE",
    "CHECKPOINT",
};

void Replace(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

}  // namespace

void FillPostgres(const PostgresSide& side, const PostgresPlace& place, const Filling& filling) {
  for (std::string sql : kFill) {
    Replace(sql, "{c}", fmt::format("{}", filling.closed));
    Replace(sql, "{n}", fmt::format("{}", filling.closed + filling.waiting));
    Replace(sql, "{at}", fmt::format("{}", ToMillis(filling.at)));
    Replace(sql, "{ressurs}", kRessurs);
    Replace(sql, "{edition}", kEdition);
    Replace(sql, "{schema}", kSchemaHash);
    side.Sql(place, sql);
  }
}

}  // namespace utboks::bench
