#!/bin/sh
# Repeats the tests of a layer, to find those that fail now and then: repeat-tests.sh TIMES LOAD LAYER [TEST...]
# LOAD is the number of processes that keep the machine busy meanwhile. Says how each run ended; exits with 1 where a test
# failed, and keeps what that run printed.
set -eu
cd -- "$(dirname -- "$0")/.."

fail() {
  printf 'repeat-tests: %s\n' "$1" >&2
  exit 2
}

[ $# -ge 3 ] || fail 'usage: repeat-tests.sh TIMES LOAD LAYER [TEST...]'
times=$1 load=$2 layer=$3
shift 3
case $times$load in *[!0-9]*) fail "TIMES and LOAD must be numbers, got $times and $load" ;; esac
case $layer in
  unit | property | process | kernel) ;;
  *) fail "LAYER must be unit, property, process or kernel, got $layer" ;;
esac

sh scripts/setup.sh
sh scripts/system-packages.sh
export PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
logs=$(mktemp -d)
busy=
failed=0
trap 'kill $busy 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM

for _ in $(seq "$load"); do
  # Bounded, so that none is left where this ends by SIGKILL.
  timeout 6h sh -c 'while :; do :; done' &
  busy="$busy $!"
done

for run in $(seq "$times"); do
  log=$logs/$run
  if vitest --project "$layer" --run "$@" >"$log" 2>&1 </dev/null; then
    rm "$log"
    printf 'run %s: passed\n' "$run"
  else
    failed=$((failed + 1))
    printf 'run %s: failed, see %s\n' "$run" "$log"
  fi
done

printf '%s runs, %s failed\n' "$times" "$failed"
[ "$failed" -eq 0 ]
