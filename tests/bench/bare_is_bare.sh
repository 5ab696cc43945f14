#!/usr/bin/env bash
# A bare loop proves something only while it is short and holds nothing of ours.
# bare_is_bare.sh FOLDER
set -euo pipefail
cd "$1"
failed=0 files=0
for file in bare_*.h bare_*.cc; do
  files=$((files + 1))
  lines=$(grep -cvE '^[[:space:]]*(//.*)?$' "$file")
  if ((lines > 60)); then
    echo "$file has $lines lines that are neither blank nor comment; at most 60" >&2
    failed=1
  fi
  if grep -nE '#include "(queue|producer)/' "$file" >&2; then
    echo "$file includes what it is to be held against" >&2
    failed=1
  fi
done
((files >= 8)) || { echo "only $files bare files in $1" >&2; failed=1; }
exit "$failed"
