#!/usr/bin/env bash
# A PostgreSQL server for tests, in a folder of its own, on a socket and no port.
#
#   postgres_server.sh start FILE   starts one and writes the folder of its socket into FILE
#   postgres_server.sh stop FILE    stops it and takes its folder away
#   postgres_server.sh restart FILE [immediate]
#
# Nothing of what it holds is kept, so it writes nothing through unless DURABLE=1.  SETTINGS
# are more lines for postgresql.conf.  It may not run as root: then it runs as the user
# `postgres` of Debian's package.
set -euo pipefail

bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
[[ -n $bin ]] || { echo "postgres_server: no PostgreSQL is installed (scripts/deps.sh)" >&2; exit 1; }
as=()
(($(id -u) != 0)) || as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
control() {
  # Not with our descriptors: whoever waits for the end of our output would wait for the server's.
  "${as[@]}" "$bin/pg_ctl" -s -w -t 60 -D "$folder/data" "$@" </dev/null >/dev/null 2>>"$folder/log"
}

stop() {
  folder=$(cat "$file")
  rm -f -- "$file"
  [[ $folder == /tmp/utboks-postgres.* && -d $folder ]] || return 0
  control -m immediate stop || true
  rm -rf -- "$folder"
}

what=$1 file=$2
case $what in
  start)
    # Of a run that was killed.
    [[ ! -f $file ]] || stop
    folder=$(mktemp -d /tmp/utboks-postgres.XXXXXX)
    chmod 711 "$folder"
    touch "$folder/log"
    (($(id -u) != 0)) || chown -R postgres: "$folder"
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U utboks -A trust -E UTF8 --locale=C --no-sync \
      >"$folder/initdb" 2>&1 </dev/null || { cat "$folder/initdb" >&2; exit 1; }
    cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
shared_buffers = '32MB'
max_wal_size = '256MB'
log_line_prefix = '%m [%p] '
END
    ((${DURABLE:-0} == 1)) || echo "fsync = off" >>"$folder/data/postgresql.conf"
    printf '%s\n' "${SETTINGS:-}" >>"$folder/data/postgresql.conf"
    control -l "$folder/log" start || { cat "$folder/log" >&2; exit 1; }
    echo "$folder" >"$file"
    ;;
  stop)
    [[ ! -f $file ]] || stop
    ;;
  restart)
    folder=$(cat "$file")
    control -m "${3:-fast}" -l "$folder/log" restart
    ;;
  *)
    echo "usage: postgres_server.sh start|stop|restart FILE" >&2
    exit 2
    ;;
esac
