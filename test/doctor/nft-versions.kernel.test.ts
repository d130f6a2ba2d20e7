import { beforeEach, expect, test } from 'vitest';
import { inSandbox } from '../support/cli/sandbox.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** Dies where it lists the table `stranger`. */
const dying = `#!/bin/sh
case "$*" in *"list table inet stranger"*) kill -SEGV $$ ;; esac
exec /usr/sbin/nft "$@"
`;

test('doctor names the table that nft dies of, and no other', async () => {
  const script = `nft 'add table ip portolan; add table inet stranger'
mkdir /run/bin; printf '%s' "$DYING" >/run/bin/nft; chmod +x /run/bin/nft
PATH=/run/bin:$PATH "$PORTOLAN" doctor --only nft-versions --output json`;
  const { stdout } = await inSandbox(script, { env: { DYING: dying } });
  expect(JSON.parse(stdout).checks).toMatchObject([
    {
      check: 'nft-versions',
      severity: 'warning',
      findings: [
        {
          looked: expect.stringMatching(/^nft [\d.]+, list table inet stranger: nft: killed by SIGSEGV$/),
          finding: expect.stringContaining('dies of table inet stranger'),
        },
      ],
    },
  ]);
});

test('doctor says that nft lists all tables where it does', async () => {
  const script = `nft 'add table ip portolan; add table inet stranger'
"$PORTOLAN" doctor --only nft-versions`;
  const { stdout } = await inSandbox(script);
  expect(stdout).toContain('nft lists all tables');
});
