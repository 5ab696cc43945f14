#!/usr/bin/env bash
# Builds and runs the benchmark and writes its table, with the machine it ran on, to
# standard output as Markdown. Takes about an hour, 5 GB in TMPDIR and 20 GB in /tmp (which
# must be on the disk that is meant, not in memory) and wants the machine to itself.
#
#   scripts/bench.sh > docs/benchmark.md
#
# Words are passed on to utboks_bench (scripts/bench.sh --rounds 3 enqueue).
# Exit 0 when every goal is met, 1 when one is missed, 2 when it could not be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake --preset release >&2
cmake --build --preset release --target utboks_bench >&2
table=$(mktemp)
trap 'rm -f -- "$table"' EXIT

load_before=$(cut -d' ' -f1 /proc/loadavg)
code=0
build/release/tests/bench/utboks_bench "$@" >"$table" || code=$?
((code <= 1)) || exit "$code"

folder=${TMPDIR:-/tmp}
changed=''
git diff --quiet HEAD || changed=' with changes'
cat <<END
# Benchmark

What utboks costs beside the bare work. Each row holds two sides against each other that
ran in turn on the same machine; a bare loop makes the same library calls with the same
statements and bytes, sealing and look-up hashes too, in at most 60 lines and with nothing
else of ours. Shown are median and range over the rounds; the ratio is taken round by
round. Only ratios travel to another machine. \`scripts/bench.sh\` makes this page.

| | |
|---|---|
| date, commit | $(date -u +%Y-%m-%d), $(git rev-parse --short HEAD)$changed |
| processor | $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores |
| memory | $(awk '/^MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo) |
| kernel | $(uname -sr) |
| disk | $(findmnt -n -o FSTYPE,SOURCE --target "$folder" | tr -s ' ') |
| others' load before it ran | $load_before |

END
cat "$table"
exit "$code"
