#!/usr/bin/env bash
# Proves that the two commands of the README work on a Debian 12 that has nothing but
# git and a shell: makes one in a temporary folder (debootstrap), clones what is
# committed here into it, and runs demo.sh and test.sh there, each twice. Says what
# each came to, how long it took, and whether anything was left running.
#
# Takes long (it downloads and builds everything) and needs root; not part of
# continuous integration. The mirror is the one this machine's own apt uses.
#
#   scripts/prove-clean.sh [--keep] [COMMAND...]
#
#   --keep    leave the folder, and say where it is
#   COMMAND   run these instead, each once, e.g. "scripts/deps.sh"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly release=bookworm
keep=0
if [[ ${1:-} == --keep ]]; then keep=1 && shift; fi
runs=("$@")
((${#runs[@]})) || runs=(scripts/demo.sh scripts/demo.sh scripts/test.sh scripts/test.sh)

fail() {
  echo "prove-clean: $1" >&2
  exit 1
}
(($(id -u) == 0)) || fail "run this as root: debootstrap and chroot need it"
for tool in debootstrap git unshare; do
  command -v "$tool" >/dev/null || fail "$tool is not installed"
done
[[ -z $(git status --porcelain) ]] || echo "prove-clean: what is not committed is not tried" >&2

# What apt here knows of this release: "URI CODENAME COMPONENT" a line.
# shellcheck disable=SC2016
sources=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' \
  'Created-By: Packages' | awk -v r="$release" \
  '$4 == "Debian" && $3 == "main" && ($2 == r || $2 == r "-updates" || $2 == r "-security")' |
  sort -u)
mirror=$(awk -v r="$release" '$2 == r { print $1; exit }' <<<"$sources")
[[ -n $mirror ]] || fail "this machine's apt has no source of Debian $release"

# Not /tmp by default: some machines keep it in memory.
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/utboks-clean.XXXXXX")
clean_up() {
  if ((keep)); then
    echo "prove-clean: kept in $folder"
  else
    rm -rf --one-file-system -- "$folder"
  fi
}
trap clean_up EXIT
root=$folder/root

echo "== Debian $release in $root"
debootstrap --variant=minbase --include=git "$release" "$root" "$mirror" >"$folder/debootstrap.log" ||
  fail "debootstrap failed: $(tail -n 1 "$folder/debootstrap.log")"
awk '{ print "deb", $1, $2, $3 }' <<<"$sources" >"$root/etc/apt/sources.list"
apt-config dump | grep -i '^Acquire::.*proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
git clone --quiet --no-hardlinks --no-local . "$root/root/utboks"
git -C "$root/root/utboks" checkout --quiet --detach "$(git rev-parse HEAD)"

# Runs "$1" inside, in name spaces of its own: what it mounts and starts ends with
# it. Left running: processes beside the name space's first and the one that counts.
run_inside() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child --propagation private bash -c '
    set -eu
    mount -t proc proc "$1/proc"
    mount -t sysfs -o ro sysfs "$1/sys"
    mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm" 2>/dev/null || { mkdir -p "$1/dev/shm" &&
      mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"; }
    code=0
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
      chroot "$1" /bin/bash -c "cd /root/utboks && $2" </dev/null || code=$?
    left=0
    for process in "$1"/proc/[0-9]*; do
      pid=${process##*/}
      [ "$pid" = 1 ] && continue
      [ "$(cut -d" " -f4 "$process/stat" 2>/dev/null)" = 1 ] || continue
      left=$((left + 1))
      echo "left running: $(tr "\0" " " <"$process/cmdline")" >&2
    done
    [ "$left" = 0 ] || code=99
    exit "$code"' inside "$root" "$1"
}

report=''
failed=0
for number in "${!runs[@]}"; do
  echo "== ${runs[number]} (run $((number + 1)) of ${#runs[@]})"
  SECONDS=0
  code=0
  run_inside "${runs[number]}" || code=$?
  ((code == 0)) || failed=1
  report+=$(printf '%-24s exit %3s  %5s s' "${runs[number]}" "$code" "$SECONDS")$'\n'
done
echo "== $(git rev-parse --short HEAD) on a clean Debian $release (99: something was left running)"
printf '%s' "$report"
exit "$failed"
