#!/usr/bin/env bash
# Looks for documents that the validator gives a wrong answer: builds the fuzzer with
# clang (Debian: clang), runs one process of it for SECONDS (600 without) and writes what
# came of it, as Markdown, to standard output and build/fuzz/run/summary.md.
#
#   scripts/fuzz.sh [--keep] [SECONDS]
#
# --keep: the inputs that are worth keeping take the place of tests/fuzz/corpus, which
# every build holds again (ctest: fuzz_corpus). docs/fuzzing.md says what is looked for.
# Exit 0 when nothing was found, 1 when something was (it lies in build/fuzz/run/findings),
# 2 when it could not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

keep=''
if [[ ${1:-} == --keep ]]; then
  keep=yes
  shift
fi
seconds=${1:-600}
if [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "fuzz: usage: scripts/fuzz.sh [--keep] [SECONDS]" >&2
  exit 2
fi
if ! command -v clang++ >/dev/null; then
  echo "fuzz: clang is not installed (Debian: clang)" >&2
  exit 2
fi

commit=$(git rev-parse --short HEAD)
git diff --quiet HEAD || commit+=' with changes'
cmake --preset fuzz >&2 || exit 2
cmake --build --preset fuzz >&2 || exit 2
fuzzer=build/fuzz/tests/fuzz/validator_fuzzer
kept=tests/fuzz/corpus
run=build/fuzz/run
rm -rf -- "$run"
mkdir -p "$run"/{seeds,corpus,merged,findings}
build/fuzz/tests/fuzz/fuzz_seeds "$run/seeds" >&2 || exit 2

# The names of elements, attributes, resources, editions and listed values, with XML's own.
dictionary=$run/words.dict
cp tests/fuzz/xml.dict "$dictionary"
grep -rhoE '(name|root|namespace|targetNamespace|value|path)="[[:alnum:]_.:/-]{1,60}"' \
  schemas --include='*.xsd' --include=catalogue.xml |
  sed -E 's/^[A-Za-z]+=//' | sort -u >>"$dictionary"

export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
limits=(-rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=20 -max_len=16384
  -artifact_prefix="$run/findings/")
seeds=("$kept" "$run/seeds" schemas/examples tests/data/unsent)
log=$run/log
code=0
"$fuzzer" "${limits[@]}" -max_total_time="$seconds" -dict="$dictionary" \
  -print_final_stats=1 "$run/corpus" "${seeds[@]}" \
  >"$log" 2>&1 || code=$?
# One input for each edge that is covered: what covers it more often is not kept.
"$fuzzer" "${limits[@]}" -merge=1 -use_counters=0 "$run/merged" "$run/corpus" "${seeds[@]}" \
  >"$run/merge.log" 2>&1 || { echo "fuzz: the inputs could not be merged: $run/merge.log" >&2; exit 2; }

stat_of() { sed -n "s/^stat::$1: *//p" "$log"; }
covered() { sed -nE "/$1/ s/.* cov: ([0-9]+) ft: ([0-9]+).*/\1 edges, \2 features/p" "$log" | tail -n 1; }
findings=$(find "$run/findings" -type f | wc -l)
{
  echo "| | |"
  echo "|---|---|"
  echo "| date, commit | $(date -u +%Y-%m-%d), $commit |"
  echo "| fuzzer | $(clang++ --version | head -n 1) |"
  echo "| time | $seconds s, one process |"
  echo "| inputs tried | $(stat_of number_of_executed_units) ($(stat_of average_exec_per_sec) a second) |"
  echo "| slowest input | $(stat_of slowest_unit_time_sec) s |"
  echo "| memory at most | $(stat_of peak_rss_mb) MB |"
  echo "| covered by what it began with | $(covered INITED) |"
  echo "| covered in the end | $(covered DONE) |"
  echo "| worth keeping | $(find "$run/merged" -type f | wc -l) inputs, $(find "$run/merged" -type f -printf '%s\n' | awk '{s += $1} END {printf "%.0f kB", s / 1000}') |"
  echo "| findings | $findings |"
} | tee "$run/summary.md"
if ((code != 0 || findings > 0)); then
  grep -E '^broken: |^==[0-9]+==ERROR|^SUMMARY|runtime error' "$log" >&2 || true
  echo "fuzz: something was found: $run/findings, $log" >&2
  exit 1
fi
if [[ -n $keep ]]; then
  rm -rf -- "$kept"
  cp -r "$run/merged" "$kept"
fi
