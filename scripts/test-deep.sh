#!/bin/sh
# Plays many more random histories of clusters through both backends than `npm test` does: 100,000, or as many as
# PORTOLAN_HISTORIES says. Each line of progress names the seed of the histories before it. Arguments are vitest's.
set -eu
cd -- "$(dirname -- "$0")/.."

sh scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
export PORTOLAN_HISTORIES="${PORTOLAN_HISTORIES:-100000}"
exec vitest run test/equivalence "$@" </dev/null
