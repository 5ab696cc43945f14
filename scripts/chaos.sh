#!/usr/bin/env bash
# Three workers on PostgreSQL and RabbitMQ, 20,000 messages in by AMQP and SQL, while workers
# are killed, both servers restarted and connections cut and held up: the account at the end.
# About five minutes.  Another number of messages: scripts/chaos.sh 5000
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/deps.sh
cmake --preset release
cmake --build --preset release --target chaos_test utboks
UTBOKS_CHAOS=${1:-20000} ctest --test-dir build/release -R '^ChaosTest' --verbose
