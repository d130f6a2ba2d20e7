#!/bin/sh
# Installs the system packages that the demo and the tests need and that are missing. Without root, or without
# apt-get, it names them and exits with 1.
set -eu
PATH=$PATH:/usr/sbin:/sbin

main() {
  find_missing
  if [ -z "$missing" ]; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    fail "system packages are missing; as root: apt-get install$missing"
  fi
  # apt-get gives up where another one runs.
  exec 9<"$0"
  flock 9
  find_missing
  if [ -n "$missing" ]; then install; fi
}

find_missing() {
  missing=
  need ip iproute2
  need iptables iptables
  need nft nftables
  need conntrack conntrack
  need curl curl
  need nfacct nfacct
  need ps procps
  need socat socat
  need strace strace
  need unshare util-linux
}

need() {
  command -v "$1" >/dev/null || missing="$missing $2"
}

install() {
  printf 'set-up: apt-get install%s\n' "$missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  # Package names hold no spaces: the list is split on purpose.
  # shellcheck disable=SC2086
  if output=$({ apt-get update && apt-get install -y --no-install-recommends $missing; } 2>&1 </dev/null 9<&-); then
    return
  fi
  printf '%s\n' "$output" >&2
  fail "apt-get could not install$missing"
}

fail() {
  printf 'set-up: %s\n' "$1" >&2
  exit 1
}

main
