#!/bin/sh
# Runs the tests in test/cluster, which need a real etcd, kube-apiserver and kubectl: in the folder that KUBEBUILDER_ASSETS
# names, or else where envtest looks. Arguments are vitest's.
set -eu
cd -- "$(dirname -- "$0")/.."

usual=/usr/local/kubebuilder/bin
if [ -z "${KUBEBUILDER_ASSETS:-}" ] && [ -d "$usual" ]; then
  export KUBEBUILDER_ASSETS="$usual"
fi
exec sh scripts/test.sh test/cluster "$@"
