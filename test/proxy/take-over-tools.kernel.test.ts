import { expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft');

/** Notes that it was called. */
const noting = `#!/bin/sh
echo "\${0##*/}" >>/run/called
exec "/usr/sbin/\${0##*/}" "$@"`;

test.for([
  ['calls no command where iptables-nft has no table', '', ''],
  [
    'asks iptables-nft where it has a table',
    'iptables-nft -N theirs',
    'ip6tables-nft-save\niptables-nft-save',
  ],
])('what takes the place of another proxy %s', async ([, before = '', called = ''], { skip }) => {
  skip(unavailable !== undefined, unavailable);
  await using source = await objectsFolder({ 'a.yaml': web() });
  const { exitCode, stdout } = await inSandbox(
    `${before}
     mkdir /run/bin
     for tool in iptables-nft-save ip6tables-nft-save iptables-nft-restore ip6tables-nft-restore; do
       printf '%s\\n' "$NOTING" >/run/bin/$tool; chmod +x /run/bin/$tool
     done
     : >/run/called
     PATH=/run/bin:$PATH portolan run --once --proxy-mode nftables --source "$SOURCE" 2>/run/log || cat /run/log
     sort -u /run/called`,
    { env: { SOURCE: source.path, NOTING: noting } },
  );
  expect(stdout).toBe(called);
  expect(exitCode).toBe(0);
});
