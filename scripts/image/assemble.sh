#!/bin/sh
# assemble.sh FOLDER: puts the built product into a root file system, as the image has it: /opt/portolan with a Node.js
# of its own and the packages that it needs at run time, and the names that it is called by in /usr/local/bin.
# Needs a checkout that is installed and built (npm ci && npm run build).
set -eu
target=${1:?the folder to assemble in}
cd -- "$(dirname -- "$0")/../.."

main() {
  for needed in node_modules/node/bin/node dist/cli/main.js; do
    [ -f "$needed" ] || fail "$needed is missing: npm ci && npm run build"
  done
  product=$target/opt/portolan
  mkdir -p "$product" "$target/usr/local/bin"
  cp -R bin dist rules package.json package-lock.json LICENSE "$product/"
  install_packages
  install_node
  for name in portolan kube-proxy; do ln -sf /opt/portolan/bin/portolan "$target/usr/local/bin/$name"; done
}

# The packages are pure JavaScript but for koffi, whose library comes as a package: nothing is to be built.
install_packages() {
  npm ci --prefix "$product" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
  rm "$product/package-lock.json"
  # For compilers and debuggers only: half of the packages' 115 MB.
  find "$product" -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete
}

# The version that the lock file names and the tests run with. bin/portolan looks for it here first.
install_node() {
  mkdir -p "$product/node_modules/node/bin"
  cp node_modules/node/bin/node "$product/node_modules/node/bin/node"
  cp node_modules/node/LICENSE "$product/node_modules/node/" 2>/dev/null || :
}

fail() {
  printf 'assemble: %s\n' "$1" >&2
  exit 1
}

main
