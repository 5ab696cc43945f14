#!/usr/bin/env bash
# Quick looks at every tracked file: formatting and shell syntax. Changes nothing.
# clang-tidy is slow and stands apart: cmake --preset tidy && cmake --build --preset tidy
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v clang-format >/dev/null; then
  echo "lint: clang-format is not installed (Debian: clang-format)" >&2
  exit 1
fi
failed=0
git ls-files -z '*.h' '*.cc' | xargs -0 -r clang-format --dry-run -Werror || failed=1
while IFS= read -r -d '' file; do
  [[ -f $file ]] || continue
  [[ $file == *.sh || $(head -c 2 "$file" | tr -d '\0') == '#!' ]] || continue
  bash -n "$file" || failed=1
done < <(git ls-files -z)
((failed == 0)) && echo "lint: clean"
exit "$failed"
