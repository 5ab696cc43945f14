#!/usr/bin/env bash
# A RabbitMQ broker for tests, in a folder of its own, on free ports, with an epmd of its own.
#
#   rabbitmq_server.sh start FILE    starts one and writes what is needed to reach it into FILE:
#                                    folder, port, port with TLS, password of user `utboks`
#   rabbitmq_server.sh stop FILE     stops it and takes its folder away
#   rabbitmq_server.sh restart FILE  ends it and starts it anew
#   rabbitmq_server.sh ctl FILE …    rabbitmqctl
#   rabbitmq_server.sh define FILE DEFINITIONS
#                                    imports a copy: the broker's user may not see the folder
#                                    that they lie in
#
# As root it runs as the user `rabbitmq` of Debian's package.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=/usr/lib/rabbitmq/bin
[[ -x $bin/rabbitmq-server ]] || { echo "rabbitmq_server: RabbitMQ is not installed (scripts/deps.sh)" >&2; exit 1; }
as=()
(($(id -u) != 0)) || as=(setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups)

# Held together until all are known, so that they differ; free again when perl ends.
free_ports() {
  perl -MSocket -e '
    for my $n (1 .. 4) {
      my $s;
      socket($s, PF_INET, SOCK_STREAM, 0) && bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
      push @held, $s;
      print((sockaddr_in(getsockname($s)))[0], $n < 4 ? " " : "\n");
    }'
}

in_place() {  # nothing of this machine's own broker is read or written, nor of the caller's folder
  cd "$folder"
  "${as[@]}" env -i PATH="$PATH" LANG=C.UTF-8 HOME="$folder" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME="utboks-test-$port@localhost" RABBITMQ_DIST_PORT="$dist" \
    RABBITMQ_CONF_ENV_FILE="$folder/none" RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$folder/none.config" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/plugins" \
    RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_PID_FILE="$folder/pid" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none" \
    "$@"
}

run() {  # not with our descriptors: whoever waits for the end of our output would wait for the broker's
  (in_place setsid "$bin/rabbitmq-server") </dev/null >>"$folder/out" 2>&1 &
  for ((i = 0; i < 600; ++i)); do
    if (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && (exec 9<>"/dev/tcp/127.0.0.1/$tls") 2>/dev/null; then
      return 0
    fi
    kill -0 $! 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

end_node() {  # by signal
  local pid
  pid=$(cat "$folder/pid" 2>/dev/null || true)
  [[ -n $pid ]] || return 0
  kill -"$1" "$pid" 2>/dev/null || return 0
  for ((i = 0; i < 300; ++i)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
}

what=$1 file=$(realpath -m "$2")
read_file() { { read -r folder; read -r port; read -r tls; read -r password; read -r dist; read -r epmd; } <"$file"; }
take_away() {
  end_node KILL
  (in_place epmd -relaxed_command_check -kill) >/dev/null 2>&1 || true
  rm -rf -- "$folder"
}

case $what in
  start)
    for ((try = 1; ; ++try)); do  # a port may be another's by now
      folder=$(mktemp -d /tmp/utboks-rabbitmq.XXXXXX)
      chmod 755 "$folder"
      read -r port tls dist epmd <<<"$(free_ports)"
      password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
      "$here/../../conf/pki/make-dev-pki.sh" "$folder/pki" >/dev/null
      cat >"$folder/rabbitmq.conf" <<END
listeners.tcp.default = 127.0.0.1:$port
listeners.ssl.default = 127.0.0.1:$tls
ssl_options.cacertfile = $folder/pki/ca.pem
ssl_options.certfile = $folder/pki/server.pem
ssl_options.keyfile = $folder/pki/server-key.pem
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
default_user = utboks
default_pass = $password
vm_memory_high_watermark.absolute = 1024MB
disk_free_limit.absolute = 50MB
END
      echo '[].' >"$folder/plugins"
      (($(id -u) != 0)) || chown -R rabbitmq: "$folder"
      run && break
      tail -n 30 "$folder/out" >&2
      take_away
      ((try < 3)) || exit 1
    done
    printf '%s\n' "$folder" "$port" "$tls" "$password" "$dist" "$epmd" >"$file"
    ;;
  stop)
    [[ -f $file ]] || exit 0
    read_file
    rm -f -- "$file"
    [[ $folder == /tmp/utboks-rabbitmq.* && -d $folder ]] || exit 0
    take_away
    ;;
  restart)
    read_file
    # Not killed: on one node RabbitMQ 3.10 then leaves a busy quorum queue without a leader
    # (rabbitmq-server issue 10070), and nobody can consume from it any more.
    end_node TERM
    run || { tail -n 30 "$folder/out" >&2; exit 1; }
    ;;
  ctl)
    read_file
    in_place "$bin/rabbitmqctl" -q "${@:3}"
    ;;
  define)
    read_file
    install -m 644 -- "$3" "$folder/definitions.json"
    in_place "$bin/rabbitmqctl" -q import_definitions "$folder/definitions.json"
    ;;
  *)
    echo "usage: rabbitmq_server.sh start|stop|restart|ctl|define FILE" >&2
    exit 2
    ;;
esac
