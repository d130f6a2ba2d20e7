import { beforeEach, expect, test } from 'vitest';
import { inSandbox } from '../support/cli/sandbox.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** Crashes when it lists the table `stranger`. */
const crashing = `#!/bin/sh
case "$*" in *"list table inet stranger"*) kill -SEGV $$ ;; esac
exec /usr/sbin/nft "$@"
`;

test('doctor names the table at which nft crashes, and no other', async () => {
  const script = `nft 'add table ip portolan; add table inet stranger'
mkdir /run/bin; printf '%s' "$CRASHING" >/run/bin/nft; chmod +x /run/bin/nft
PATH=/run/bin:$PATH "$PORTOLAN" doctor --only nft-versions --output json`;
  const { stdout } = await inSandbox(script, { env: { CRASHING: crashing } });
  expect(JSON.parse(stdout).checks).toMatchObject([
    {
      check: 'nft-versions',
      severity: 'warning',
      findings: [
        {
          looked: expect.stringMatching(/^nft [\d.]+, list table inet stranger: nft: killed by SIGSEGV$/),
          finding: expect.stringContaining('crashes when it lists table inet stranger'),
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
