#!/usr/bin/env bash
# Installs what building, trying and testing utboks needs on Debian 12, and only
# what is missing. Asks nothing; a second run does nothing. Needs root or sudo.
set -euo pipefail

packages=(
  g++                  # compiler (C++20)
  cmake                # build
  ninja-build          # build
  libfmt-dev           # text formatting
  libpoco-dev          # TLS, HTTP, logging, JSON
  libxerces-c-dev      # XSD validation
  libssl-dev           # TLS, sealing at rest
  libsqlite3-dev       # the store
  libpq-dev            # the store that several workers share
  librabbitmq-dev      # the message broker's protocol
  pkg-config           # where libpq and librabbitmq are
  postgresql           # tests: they start a server of their own
  rabbitmq-server      # tests: the same
  libtomlplusplus-dev  # configuration
  libcli11-dev         # command line
  libgtest-dev         # tests
  libgmock-dev         # tests
  openssl              # development certificates
  faketime             # tests: workers whose clocks differ
  strace               # tests: what was synced before it was acknowledged
  libxml2-utils        # tests: xmllint, a second opinion on every contract
  python3-jsonschema   # tests: the shape of events
  python3-psycopg2     # tests: the example in Python
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "deps: this is not Debian; install these, or what matches them: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  # shellcheck disable=SC2016
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "deps: nothing to install"
  exit 0
fi

as_root=(env)
if (($(id -u) != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "deps: run this as root (there is no sudo); missing: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo env)
fi
echo "deps: installing ${missing[*]}"
apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y
  -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
"${apt[@]}" update </dev/null
"${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null
