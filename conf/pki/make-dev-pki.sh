#!/usr/bin/env bash
# Makes throw-away certificates for trying out and for tests: never for production.
# Needs bash and openssl 3. Nothing is left half-made: the files appear together or not at all.
set -euo pipefail

usage() {
  cat <<'END'
usage: make-dev-pki.sh DIR [--orgnr N] [--with KIND[,KIND]...] [--key ec|rsa] [--days N] [--force]

Makes in DIR (made if missing):
  ca.pem                      test CA (its key is thrown away)
  server.pem, server-key.pem  for localhost, 127.0.0.1 and ::1
  client.pem, client-key.pem  shaped as a virksomhetssertifikat (SEID 2): C=NO, O, CN,
                              organizationIdentifier NTRNO-N; key usage digitalSignature and
                              keyEncipherment, critical; no extended key usage

  --orgnr N   the client's organisation number, nine digits (default 100101688, a test number)
  --with K    more certificates, each as K.pem and K-key.pem; all = every one of them:
                expired-client     of the same CA, ran out yesterday
                other-org-client   of the same CA, organisation number 100101696
                no-org-client      of the same CA, no organisation number anywhere
                seid1-client       of the same CA, the number in serialNumber, as before 2021
                signing-client     of the same CA, the signing twin: nonRepudiation only
                other-ca-client    of another CA (other-ca.pem)
                other-name-server  of the same CA, for register.example
  --key K     ec (P-256, default: quick) or rsa (2048 bits)
  --days N    how long they last (default 825)
  --force     replace what such a run made in DIR before; without it DIR must be empty

Exit: 0 done, 1 not made (DIR cannot be written or is not empty, openssl failed), 2 wrong command line.
END
}

fail() {
  printf 'make-dev-pki.sh: %s\n' "$2" >&2
  exit "$1"
}

readonly all_kinds="expired-client other-org-client no-org-client seid1-client signing-client \
other-ca-client other-name-server"
dir='' orgnr=100101688 kinds='' key=ec days=825 force=0
while (($#)); do
  case $1 in
    --orgnr | --with | --key | --days)
      (($# >= 2)) || fail 2 "$1 needs a value (--help shows them all)"
      case $1 in
        --orgnr) orgnr=$2 ;;
        --with) kinds+=" ${2//,/ }" ;;
        --key) key=$2 ;;
        --days) days=$2 ;;
      esac
      shift 2
      ;;
    --force) force=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    -*) fail 2 "unknown option $1 (--help shows them all)" ;;
    *)
      [[ -z $dir ]] || fail 2 "one folder, please: both $dir and $1 are given"
      dir=$1 && shift
      ;;
  esac
done
[[ -n $dir ]] || fail 2 "give the folder to make (--help shows how)"
[[ $orgnr =~ ^[0-9]{9}$ ]] || fail 2 "--orgnr takes nine digits"
[[ $days =~ ^[1-9][0-9]{0,4}$ ]] || fail 2 "--days takes a number of days from 1 to 99999"
case $key in
  ec) new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) ;;
  rsa) new_key=(-newkey rsa:2048) ;;
  *) fail 2 "--key takes ec or rsa" ;;
esac
for kind in $kinds; do
  case " $all_kinds all " in
    *" $kind "*) ;;
    *) fail 2 "--with does not know $kind (--help shows them all)" ;;
  esac
done
[[ " $kinds " == *" all "* ]] && kinds=$all_kinds
command -v openssl >/dev/null || fail 1 "openssl is not installed"

umask 077
mkdir -p -- "$dir" 2>/dev/null || fail 1 "cannot make the folder $dir"
if ((!force)) && [[ -n $(ls -A -- "$dir") ]]; then
  fail 1 "$dir is not empty: give an empty folder, or --force to replace what is there"
fi
dir=$(cd -- "$dir" && pwd)
work=$(mktemp -d "$dir/.making.XXXXXX" 2>/dev/null) || fail 1 "cannot write to $dir"
trap 'rm -rf -- "$work"' EXIT

cat >"$work/openssl.cnf" <<'END'
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[other_name_server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:register.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END

run_openssl() {
  openssl "$@" 2>"$work/error" || fail 1 "openssl ${1} failed: $(tail -n 1 "$work/error")"
}

make_ca() {  # NAME TEXT
  run_openssl req -x509 -config "$work/openssl.cnf" -extensions ca "${new_key[@]}" -nodes \
    -days "$days" -subj "/C=NO/O=utboks development/CN=$2" \
    -keyout "$work/$1-key.pem" -out "$work/$1.pem"
}

make_leaf() {  # NAME CA EXTENSIONS SUBJECT
  run_openssl req -x509 -config "$work/openssl.cnf" -extensions "$3" "${new_key[@]}" -nodes \
    -days "$days" -subj "$4" -CA "$work/$2.pem" -CAkey "$work/$2-key.pem" \
    -keyout "$work/$1-key.pem" -out "$work/$1.pem"
}

# `openssl req` cannot set a start date, `openssl ca` can.
make_expired() {  # NAME SUBJECT
  run_openssl req -new -config "$work/openssl.cnf" "${new_key[@]}" -nodes -subj "$2" \
    -keyout "$work/$1-key.pem" -out "$work/request.pem"
  mkdir "$work/issued" && : >"$work/issued/index"
  cat >"$work/issued/ca.cnf" <<END
[ca]
default_ca = issuer
[issuer]
database = $work/issued/index
new_certs_dir = $work/issued
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = supplied
organizationName = supplied
commonName = supplied
organizationIdentifier = optional
END
  run_openssl ca -batch -notext -config "$work/issued/ca.cnf" -cert "$work/ca.pem" \
    -keyfile "$work/ca-key.pem" -extfile "$work/openssl.cnf" -extensions client -preserveDN \
    -startdate "$(date -u -d '1096 days ago' +%Y%m%d%H%M%SZ)" \
    -enddate "$(date -u -d '1 day ago' +%Y%m%d%H%M%SZ)" \
    -in "$work/request.pem" -out "$work/$1.pem"
  rm -rf -- "$work/issued" "$work/request.pem"
}

readonly who="/C=NO/O=TESTVIRKSOMHET/CN=TESTVIRKSOMHET"
make_ca ca "utboks development CA"
make_leaf server ca server "/C=NO/O=utboks development/CN=localhost"
make_leaf client ca client "$who/organizationIdentifier=NTRNO-$orgnr"
for kind in $kinds; do
  case $kind in
    expired-client) make_expired "$kind" "$who/organizationIdentifier=NTRNO-$orgnr" ;;
    other-org-client) make_leaf "$kind" ca client "$who/organizationIdentifier=NTRNO-100101696" ;;
    no-org-client) make_leaf "$kind" ca client "$who" ;;
    seid1-client) make_leaf "$kind" ca client "$who/serialNumber=$orgnr" ;;
    signing-client) make_leaf "$kind" ca signing "$who/organizationIdentifier=NTRNO-$orgnr" ;;
    other-ca-client)
      make_ca other-ca "another development CA"
      make_leaf "$kind" other-ca client "$who/organizationIdentifier=NTRNO-$orgnr"
      ;;
    other-name-server) make_leaf "$kind" ca other_name_server "/C=NO/O=utboks/CN=register.example" ;;
  esac
done

rm -f -- "$work/ca-key.pem" "$work/other-ca-key.pem"
if ((force)); then
  rm -f -- "$dir"/{ca,server,client,other-ca}.pem "$dir"/{server,client}-key.pem
  for kind in $all_kinds; do rm -f -- "$dir/$kind.pem" "$dir/$kind-key.pem"; done
fi
chmod 0644 "$work"/*.pem
chmod 0600 "$work"/*-key.pem
mv -f -- "$work"/*.pem "$dir/" 2>/dev/null || fail 1 "cannot write to $dir"
printf 'made in %s: %s\n' "$dir" "$(cd -- "$dir" && echo *.pem)"
