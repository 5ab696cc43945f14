#include "queue/rows/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace utboks::rows {
namespace {

void Append(Line& line, const Candidate& candidate, WallTime now) {
  if (static_cast<int>(line.candidates.size()) == line.most) return;
  if (candidate.due_at <= now) {
    line.candidates.push_back(candidate);
  } else {
    line.later = candidate.due_at;
  }
}

// Each in its order, and one more than is wanted: it tells when the next is due.
Status FillLine(Work& work, Line& line) {
  Query q = work.db.Prepare(
      "SELECT seq, ressurs, lane, due_at, last_attempt, id FROM ready"
      " WHERE lane = 0 AND ressurs = ? ORDER BY due_at, seq LIMIT ?");
  q.Bind(line.gate->nr).Bind(line.most + 1);
  while (!line.later && q.Step()) Append(line, CandidateOf(q), work.now);
  return q.status();
}

// As FillLine, all in one statement.
Status FillAtOnce(Work& work, std::vector<Line>& lines) {
  std::string numbers, mosts;
  for (const Line& line : lines) {
    numbers += fmt::format("{}{}", numbers.empty() ? "" : " ", line.gate->nr);
    mosts += fmt::format("{}{}", mosts.empty() ? "" : " ", line.most == 0 ? 0 : line.most + 1);
  }
  Query q = work.db.Prepare(
      "SELECT r.seq, r.ressurs, r.lane, r.due_at, r.last_attempt, r.id"
      " FROM unnest(CAST(string_to_array(?, ' ') AS BIGINT[]),"
      " CAST(string_to_array(?, ' ') AS BIGINT[])) AS line (ressurs, most)"
      " CROSS JOIN LATERAL (SELECT * FROM ready WHERE lane = 0 AND ressurs = line.ressurs"
      " ORDER BY due_at, seq LIMIT line.most) AS r");
  q.BindText(numbers).BindText(mosts);
  auto line = lines.begin();
  while (q.Step()) {
    const Candidate candidate = CandidateOf(q);
    // Rows of one come together, and nearly always in the order of `lines`.
    if (line->gate->nr != candidate.ressurs) {
      line = std::find_if(lines.begin(), lines.end(),
                          [&](const Line& one) { return one.gate->nr == candidate.ressurs; });
    }
    if (!line->later) Append(*line, candidate, work.now);
  }
  return q.status();
}

}  // namespace

Candidate CandidateOf(const Query& q) {
  Candidate candidate;
  candidate.seq = q.Int(0);
  candidate.ressurs = static_cast<int>(q.Int(1));
  candidate.lane = static_cast<int>(q.Int(2));
  candidate.due_at = WallFromMillis(q.Int(3));
  candidate.last_attempt = q.Int(4);
  candidate.id = UuidOf(q.Blob(5));
  return candidate;
}

Status FillLines(Work& work, std::vector<Line>& lines) {
  if (work.db.far() && lines.size() > 1) return FillAtOnce(work, lines);
  for (Line& line : lines) {
    if (line.most > 0) UTBOKS_RETURN_IF_ERROR(FillLine(work, line));
  }
  return Status();
}

}  // namespace utboks::rows
