#!/bin/sh
# Makes the checkout ready: packages with a Node of their own, and the built command. Does only what is missing or
# stale, and needs nothing but npm. With --rebuild it builds in any case.
set -eu
cd -- "$(dirname -- "$0")/.."

main() {
  if [ "${1:-}" != --rebuild ] && installed && built; then return; fi
  # One set-up at a time in a checkout. The kernel drops the lock with the process, whatever ends it.
  exec 9<.
  flock 9
  installed || install
  if [ "${1:-}" = --rebuild ] || ! built; then build; fi
}

# npm writes node_modules/.package-lock.json last of all: where it is, the installation came to its end.
installed() {
  [ node_modules/.package-lock.json -nt package-lock.json ] && [ -x node_modules/node/bin/node ]
}

install() {
  command -v npm >/dev/null || fail 'npm is missing: install Node.js and npm (apt-get install nodejs npm)'
  say 'installing packages (npm ci)'
  # npm must not run by the Node inside node_modules, which it is about to replace.
  quietly 'npm ci' env PATH="$(path_without_checkout)" npm ci --include=dev --loglevel=error
  [ -x node_modules/node/bin/node ] || fail 'npm ci left node_modules/node without its program: allow install scripts (npm config get ignore-scripts)'
}

built() {
  [ -f dist/.built ] && [ -z "$(find src rolldown.config.ts package-lock.json -newer dist/.built | head -n 1)" ]
}

# The mark carries the time before the bundler read the sources, so an edit during the build is not missed.
build() {
  say 'building'
  mkdir -p dist
  touch dist/.building
  quietly 'the build' env PATH="$PWD/node_modules/.bin:$PATH" rolldown -c rolldown.config.ts
  mv dist/.building dist/.built
}

path_without_checkout() {
  printf '%s' "$PATH" | tr ':' '\n' | grep -v "^$PWD/node_modules/" | paste -s -d :
}

# Runs a command, whose output matters only when it fails. The first argument is what a message calls it.
quietly() {
  title=$1
  shift
  if output=$("$@" 2>&1 </dev/null 9<&-); then return; fi
  printf '%s\n' "$output" >&2
  fail "$title failed"
}

say() { printf 'set-up: %s\n' "$1" >&2; }

fail() {
  say "$1"
  exit 1
}

main "$@"
