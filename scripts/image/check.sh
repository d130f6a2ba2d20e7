#!/bin/sh
# Makes the image's file system without Docker, by the Dockerfile's own steps and lists, and tries it as the DaemonSet
# would run it: read-only, with the DaemonSet's capabilities and configurations, in namespaces of its own.
#
#     MIRROR=URL   where Debian packages come from; by default where apt has them from
#     KEEP=FOLDER  keep the file system there
set -eu
cd -- "$(dirname -- "$0")/../.."
checkout=$PWD

main() {
  require_means
  work=$(mktemp -d "${TMPDIR:-/tmp}/portolan-image-XXXXXX")
  trap 'rm -rf --one-file-system -- "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  root=$work/root
  make_debian
  build_product
  add_inputs
  print_size
  failures=0
  try 'mode iptables, iptables-nft' iptables nft
  if legacy_works; then try 'mode iptables, iptables-legacy' iptables legacy; fi
  try 'mode nftables' nftables nft
  if [ -n "${KEEP:-}" ]; then cp -a "$root" "$KEEP"; fi
  [ "$failures" -eq 0 ] || fail "$failures of the checks failed"
  say 'the image is good'
}

require_means() {
  [ "$(id -u)" -eq 0 ] || fail 'needs root'
  missing=
  for command in npm unshare chroot ip setpriv; do
    command -v "$command" >/dev/null || missing="$missing $command"
  done
  maker=$(command -v mmdebstrap || command -v debootstrap) || missing="$missing mmdebstrap"
  [ -z "$missing" ] || fail "these commands are missing:$missing"
  suite=$(sed -n 's/^ARG DEBIAN=//p' Dockerfile)
  [ -n "$suite" ] || fail 'the Dockerfile names no Debian release'
  : "${MIRROR:=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1)}"
  [ -n "$MIRROR" ] || fail 'apt knows no mirror of Debian: apt-get update, or set MIRROR'
  capabilities=$(sed -n 's/^ *add: \[\(.*\)\]$/\1/p' manifests/base/daemon-set.yaml | tr 'A-Z' 'a-z' | tr -d ' ')
  [ -n "$capabilities" ] || fail 'the DaemonSet names no capabilities'
}

make_debian() {
  packages=$(grep -v '^#' scripts/image/packages.txt | paste -s -d ,)
  say "Debian $suite with $packages"
  quietly "$maker" --variant=minbase --include="$packages" "$suite" "$root" "$MIRROR"
  # What the slim images of Debian leave out, and what the Dockerfile removes.
  rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info "$root"/usr/share/locale \
    "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/var/log/*
}

# As in the Dockerfile: only what .dockerignore lets through, in a folder of its own.
build_product() {
  say 'building the product'
  mkdir "$work/src"
  sed -n 's/^!//p' .dockerignore | while read -r name; do cp -R "$name" "$work/src/"; done
  cd "$work/src"
  quietly env PATH="$(path_without_checkout)" npm ci --no-audit --no-fund
  quietly npm run build
  quietly sh scripts/image/assemble.sh "$root"
  cd "$checkout"
}

# npm must not run by the Node of a checkout that it is about to replace.
path_without_checkout() {
  printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/' | paste -s -d :
}

# The objects and configurations lie beside the image's own files, as volumes would.
add_inputs() {
  mkdir "$root/inputs"
  cp -R fixtures/demo "$root/inputs/objects"
  rm "$root/inputs/objects/config.yaml"
  for mode in iptables nftables; do
    # The kubelet gives a container its oom_score_adj; here it is this process's. The machine's own limit of
    # connections is none of this check's business.
    {
      sed "s/^oomScoreAdj: .*/oomScoreAdj: $(cat /proc/self/oom_score_adj)/" "$(config_of "$mode")"
      echo 'conntrack: { maxPerCore: 0 }'
    } >"$root/inputs/$mode.conf"
  done
  cp scripts/image/container.sh "$root/inputs/"
}

config_of() {
  case $1 in
    iptables) echo manifests/base/config.conf ;;
    *) echo "manifests/overlays/$1/config.conf" ;;
  esac
}

print_size() {
  megabytes=$(($(image_archive | wc -c) / 1000000))
  packed=$(($(image_archive | gzip -1 | wc -c) / 1000000))
  say "size: $megabytes MB, packed $packed MB"
}

# Without the inputs, which are no part of it.
image_archive() { tar -c -C "$root" --exclude ./inputs .; }

# try TITLE MODE VARIANT
try() {
  if output=$(contained "$2" "$3" 2>&1); then
    say "$1: good"
  else
    printf '%s\n' "$output" >&2
    say "$1: FAILED"
    failures=$((failures + 1))
  fi
}

contained() {
  unshare --net --mount --pid --fork sh scripts/image/container.sh "$root" "$capabilities" "$@"
}

legacy_works() {
  if unshare --net chroot "$root" iptables-legacy -t nat -S >/dev/null 2>&1; then return; fi
  say 'mode iptables, iptables-legacy: not checked, this kernel has no legacy tables'
  return 1
}

# Runs a command, whose output matters only when it fails.
quietly() {
  if output=$("$@" 2>&1 </dev/null); then return; fi
  printf '%s\n' "$output" >&2
  fail "$1 failed"
}

say() { printf 'image: %s\n' "$1"; }

fail() {
  printf 'image: %s\n' "$1" >&2
  exit 1
}

main
