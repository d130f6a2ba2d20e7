#!/bin/sh
# Sets up what is missing and runs the tests, or those that the arguments name, in shuffled order.
set -eu
cd -- "$(dirname -- "$0")/.."

sh scripts/setup.sh
# Without them the tests that need the kernel are skipped, and the summary says so.
sh scripts/system-packages.sh || :

export PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"

set -- vitest run --reporter=default --reporter=./scripts/reporter.ts "$@"

# A user may make network namespaces too, inside a user namespace, where the system allows it. `ip netns` and
# iptables write to /run: it gets one of its own.
if [ "$(id -u)" -ne 0 ] && unshare --map-root-user --net --mount true 2>/dev/null; then
  set -- unshare --map-root-user --net --mount \
    sh -c 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"' sh "$@"
fi
exec "$@" </dev/null
