import { expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft');

const hangs = `#!/bin/sh
trap "" TERM
echo $$ >/run/hanging
while :; do sleep 0.1; done`;

test('a tool that hangs and heeds no signal ends with the proxy, which SIGTERM ends', async ({ skip }) => {
  skip(unavailable !== undefined, unavailable);
  await using source = await objectsFolder({ 'a.yaml': web() });
  const { exitCode, stdout } = await inSandbox(
    `mkdir /run/bin; printf '%s\\n' "$HANGS" >/run/bin/iptables-nft-restore; chmod +x /run/bin/iptables-nft-restore
     PATH=/run/bin:$PATH "$PORTOLAN" run --source "$SOURCE" --iptables-variant nft \\
       --healthz-bind-address '' --metrics-bind-address 127.0.0.1:10249 2>/run/log & proxy=$!
     until test -s /run/hanging; do sleep 0.1; done
     kill -TERM $proxy; wait $proxy; echo "ended with $?"
     test -e /proc/$(cat /run/hanging) || echo 'no child is left'`,
    { env: { SOURCE: source.path, HANGS: hangs } },
  );
  expect(stdout).toBe('ended with 0\nno child is left');
  expect(exitCode).toBe(0);
});
