import { describe, expect, test } from 'vitest';
import { runMain } from '../support/cli/run-main.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';

/** What `portolan diff` says of the rules that kube-proxy itself loaded, against Portolan's for the same objects. */

const saves = {
  iptables: ['iptables-save.txt', 'ip6tables-save.txt'],
  nftables: ['nft-ip.txt', 'nft-ip6.txt'],
} as const;

const unavailable = sharedUnavailable();
if (unavailable !== undefined) test("diff against kube-proxy's rules", ({ skip }) => skip(unavailable));

const described = describe.runIf(unavailable === undefined);

described.each(['iptables', 'nftables'] as const)("against kube-proxy's rules of mode %s", (mode) => {
  test.each(sharedEntries('golden'))('nothing changes for traffic: %s', async (name) => {
    const { stdout, stderr, exitStatus } = await diff(name, mode, ['--traffic']);
    expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
    expect(stdout).toMatch(/^IPv4 frontends: [1-9]\d* the same\.\nIPv6 frontends: \d+ the same\.\n$/);
  });
});

described('line by line', () => {
  test.each(sharedEntries('golden'))('nothing differs in mode iptables: %s', async (name) => {
    expect(await diff(name, 'iptables', [])).toEqual({ stdout: '', stderr: '', exitStatus: 0 });
  });

  test("kube-proxy's table of nftables is of another kind", async () => {
    const { stderr, exitStatus } = await diff('nodeport', 'nftables', []);
    expect(exitStatus).toBe(2);
    expect(stderr).toMatch(/has rules of nft kube-proxy, wanted of nft portolan: .*; --traffic says/);
  });
});

/** The node of the recordings has more addresses than its Node object. */
function diff(name: string, mode: 'iptables' | 'nftables', args: readonly string[]) {
  const folder = `${sharedPath}golden/${name}`;
  const against = saves[mode].map((file) => `${folder}/${file}`);
  const objects = ['--source', `${folder}/objects.yaml`, '--config', `${folder}/config.${mode}.yaml`];
  return runMain(['diff', ...objects, '--against', ...against, '--node-address', '192.168.51.10', ...args]);
}
