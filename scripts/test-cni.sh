#!/bin/sh
# The CNI conformance suite, on any plugin: test-cni.sh /path/to/plugin [--conf FILE]
set -eu
cd -- "$(dirname -- "$0")/.."

usage() {
  echo 'test:cni: npm run test:cni -- /path/to/plugin [--conf FILE]' >&2
  echo 'FILE holds the configuration of a plugin, or a list of which the first is taken.' >&2
  exit 2
}

plugin=
while [ $# -gt 0 ]; do
  case $1 in
    --conf) [ $# -gt 1 ] || usage; PORTOLAN_CNI_CONF=$(realpath -- "$2"); export PORTOLAN_CNI_CONF; shift 2 ;;
    -*) usage ;;
    *) [ -z "$plugin" ] || usage; plugin=$(realpath -s -- "$1"); shift ;;
  esac
done
[ -n "$plugin" ] || usage
[ -x "$plugin" ] || { echo "test:cni: $plugin is no executable" >&2; exit 2; }

sh scripts/setup.sh
sh scripts/system-packages.sh
export PORTOLAN_CNI_PLUGIN="$plugin" PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
exec vitest run --project kernel --reporter=verbose --sequence.shuffle=false --no-file-parallelism test/cni-conformance
