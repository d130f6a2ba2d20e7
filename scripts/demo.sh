#!/bin/sh
# Sets up what is missing and runs the demo.
set -eu
cd -- "$(dirname -- "$0")/.."

sh scripts/setup.sh
sh scripts/system-packages.sh

export PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
exec node scripts/demo/main.ts
