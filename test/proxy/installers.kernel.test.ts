import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { certificatesUnavailable } from '../support/apiserver/connections/certificates.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft') ?? (await certificatesUnavailable());
if (unavailable !== undefined) test('the configurations of installers', ({ skip }) => skip(unavailable));

const configs = fileURLToPath(new URL('../../fixtures/configs', import.meta.url));
const agent = fileURLToPath(new URL('../support/cli/installer-agent.ts', import.meta.url));

/** Folders of the machine that the agent writes into are its own there, and the names of servers lead to itself. */
const script = `
  mount -t tmpfs none /var/lib && mkdir /var/lib/kube-proxy && mount -t tmpfs none /var/run
  hosts=$(mktemp) && printf '127.0.0.1 localhost kind-control-plane\\n' >"$hosts" && mount --bind "$hosts" /etc/hosts && rm "$hosts"
  ip address add 192.168.50.2/32 dev lo
  "$NODE" "$AGENT" "$CONFIG"`;

describe.skipIf(unavailable)('the command starts unchanged with the configuration of', () => {
  test.each(readdirSync(configs).filter((name) => name !== 'README.md'))('%s', async (name) => {
    const { exitCode, stdout, stderr } = await inSandbox(script, {
      env: { NODE: process.execPath, AGENT: agent, CONFIG: `${configs}/${name}` },
    });
    expect({ exitCode, stdout }, stderr).toEqual({
      exitCode: 0,
      stdout: '127.0.0.1:10256/healthz 200\n127.0.0.1:10249/proxyMode 200\nends with 0',
    });
  });
});
