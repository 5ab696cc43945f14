#!/usr/bin/env bash
# Replays the register's outages of 2018 to 2024 against utboks and the retry policies of
# its peers, and puts tables and picture into docs/policy-lab.md and docs/policy-lab.svg.
# Takes some ten seconds beside the build. What stands above the tables there is kept.
#
#   scripts/lab.sh [--seed N] [--per-day N]
#
# Exit 0 when done, 2 when it could not run. ctest (must_hold_test) judges.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake --preset release >&2 || exit 2
cmake --build --preset release --target utboks_policy_lab >&2 || exit 2
page=docs/policy-lab.md
mark='<!-- scripts/lab.sh writes what follows -->'
fresh=$(mktemp)
trap 'rm -f -- "$fresh"' EXIT
sed "\|^$mark\$|q" "$page" >"$fresh"
grep -qxF -- "$mark" "$fresh" || { echo "lab: $page has lost its mark" >&2; exit 2; }
echo >>"$fresh"
build/release/tests/lab/utboks_lab --plot docs/policy-lab.svg "$@" >>"$fresh" || exit 2
cp -- "$fresh" "$page"
