#!/usr/bin/env bash
# The whole way once, on this machine: builds utboks, starts the simulated register
# and a worker on a new outbox, hands in every shipped example, lives through a 5 s
# outage of the register, and shows the receipts. Everything it makes lies in one
# temporary folder and is gone afterwards; nothing is left running.
#
# Exit 0: every example has its receipt, and the register's own journal agrees.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n\033[1m%s\033[0m\n' "== $*"; }
[[ -t 1 ]] || say() { printf '\n%s\n' "== $*"; }

work='' simulator_pid='' worker_pid=''
clean_up() {
  local pid
  for pid in $worker_pid $simulator_pid; do kill -KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [[ -z $work ]] || rm -rf -- "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf 'demo: %s\n' "$1" >&2
  local log
  for log in simulator worker; do
    [[ -s $work/$log.log ]] || continue
    printf 'demo: the end of what the %s said:\n' "$log" >&2
    tail -n 20 "$work/$log.log" >&2
  done
  exit 1
}

# Asks again until "$@" succeeds; $1 is how many seconds at most.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

say "What is needed"
scripts/deps.sh
cmake --preset release
cmake --build --preset release --target utboks utboks-simulator
utboks=$PWD/build/release/producer/app/utboks
simulator=$PWD/build/release/tests/simulator/utboks-simulator
for program in "$utboks" "$simulator"; do
  [[ -x $program ]] || fail "the build has made no $program"
done
SECONDS=0

say "Certificates, and a simulated register that will be away for 5 s"
work=$(mktemp -d "${TMPDIR:-/tmp}/utboks-demo.XXXXXX")
conf/pki/make-dev-pki.sh "$work/pki" --orgnr 100101688
cat >"$work/scenario.toml" <<'END'
latency = ["20ms", "80ms"]

[[step]]
name = "outage"
kind = "refuse"
after_requests = 3
for = "5s"
END
"$simulator" --listen 127.0.0.1:0 --port-file "$work/port" --pki "$work/pki" \
  --schemas schemas --scenario "$work/scenario.toml" --journal "$work/journal" --seed 1 \
  >"$work/simulator.log" 2>&1 &
simulator_pid=$!
simulator_is_up() { [[ -s $work/port ]] || ! kill -0 "$simulator_pid" 2>/dev/null; }
await 10 simulator_is_up && [[ -s $work/port ]] || fail "the simulator did not start"
port=$(cat "$work/port")

cat >"$work/utboks.toml" <<END
[register]
base_url = "https://localhost:$port"
environment = "test"
organisation_number = "100101688"
client_certificate = "$work/pki/client.pem"
client_key = "$work/pki/client-key.pem"
ca_file = "$work/pki/ca.pem"

[outbox]
store = "sqlite:$work/outbox.db"
min_free = "1MiB"

[schemas]
directory = "$work/schemas"
END
export UTBOKS_CONFIG=$work/utboks.toml

say "A worker on a new outbox, and every shipped example"
"$utboks" run >"$work/worker.log" 2>&1 &
worker_pid=$!
worker_lives() { kill -0 "$worker_pid" 2>/dev/null; }
store_is_there() { [[ -e $work/outbox.db ]] || ! worker_lives; }
await 10 store_is_there && worker_lives || fail "the worker did not start"
handed_in=0
for file in schemas/examples/*.xml; do
  [[ -e $file ]] || fail "there are no examples in schemas/examples"
  attachments=()
  for attachment in "${file%.xml}"/*; do  # what the example names lies in a folder beside it
    [[ ! -e $attachment ]] || attachments+=(--vedlegg "$attachment")
  done
  verdict=$("$utboks" --json validate "${attachments[@]}" "$file") ||
    fail "validate refuses $file: $verdict"
  [[ $verdict =~ \"ressurs\":\"([^\"]+)\" ]] || fail "validate does not know $file: $verdict"
  "$utboks" enqueue --ressurs "${BASH_REMATCH[1]}" "${attachments[@]}" "$file" ||
    fail "$file was refused"
  handed_in=$((handed_in + 1))
done

say "The outage: messages wait, nothing is lost"
outage() { grep -q '"name":"outage"' "$work/journal"; }
await 10 outage || fail "the simulated outage did not begin"
gate_is_closed() { "$utboks" --json status | grep -q '"state":"closed"'; }
await 5 gate_is_closed || fail "the worker did not notice the outage"
"$utboks" status || fail "status failed"

accepted() { "$utboks" --json list --state accepted --limit 1000 | grep -c . || true; }
all_accepted() {
  now=$(accepted)
  if [[ $now != "${before:-}" ]]; then
    printf '%3d s: %s of %s have their receipt\n' "$SECONDS" "$now" "$handed_in"
    before=$now
  fi
  worker_lives || fail "the worker ended"
  ((now == handed_in))
}
say "Receipts, as they come"
await 30 all_accepted || fail "not every message was accepted within 30 s"

say "One message that had to be tried again"
# To its end: who stops reading lets the command fail, sometimes.
retried=$("$utboks" --json list --limit 1000 |
  sed -nE '/"attempts":([2-9]|[0-9]{2,})/s/.*"id":"([^"]+)".*/\1/p')
retried=${retried%%$'\n'*}
[[ -n $retried ]] || fail "no message was tried twice: the outage was not felt"
"$utboks" show "$retried" || fail "show failed"

say "The worker is told to stop, and the register's journal is held against the outbox"
kill -TERM "$worker_pid"
stopped=0
wait "$worker_pid" || stopped=$?
worker_pid=''
((stopped == 0)) || fail "the worker ended with $stopped"
in_journal=$(sed -n '/"accepted":true/s/.*"avsendersMeldingsidentifikator":"\([^"]*\)".*/\1/p' \
  "$work/journal" | sort -u | grep -c . || true)
echo "messages the register has: $in_journal, receipts in the outbox: $(accepted)"
((in_journal == handed_in)) || fail "outbox and journal do not agree"

say "Receipts"
"$utboks" list || fail "list failed"
printf '\nDone: %s messages, one outage, nothing lost, %s s.\n' "$handed_in" "$SECONDS"
