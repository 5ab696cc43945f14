#!/usr/bin/env bash
# Installs what is missing, builds, runs the demo and then every test. The first
# thing that fails ends it; a run that finds no test fails too. The last line is
# ctest's own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/deps.sh
cmake --preset release
cmake --build --preset release
scripts/demo.sh
ctest --preset release "$@"
