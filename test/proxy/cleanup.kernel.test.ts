import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Finished } from '../support/cli/program.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable();
if (unavailable !== undefined) test('cleanup', ({ skip }) => skip(unavailable));

/** What a proxy leaves: a table, chains of iptables, a packet counter, and a setting that it has changed. */
const leave = `nft 'add table ip portolan; add table ip6 kube-proxy; add table ip theirs'
iptables-nft -t nat -N KUBE-SERVICES; iptables-nft -t nat -A PREROUTING -j KUBE-SERVICES
nfacct add ct_state_invalid_dropped_pkts
setting=net/netfilter/nf_conntrack_udp_timeout
mkdir /run/portolan
echo "{\\"$setting\\":30}" >/run/portolan/settings-$(readlink /proc/self/ns/net | tr -dc 0-9).json
echo 102 >/proc/sys/$setting`;

/** What of it still stands, and what stood beside it. */
const look = `nft list tables | sort; iptables-nft-save -t nat | grep KUBE; nfacct list; cat /proc/sys/$setting
ls /run/portolan`;

/** Cleans up a namespace in which a proxy has been, with programs of the test's own in front of PATH, or in its place. */
async function cleanup(
  programs: Readonly<Record<string, string>>,
  { path = '/run/bin:$PATH', before = '' }: { readonly path?: string; readonly before?: string } = {},
): Promise<Finished> {
  const written = Object.entries(programs).map(
    ([name, script]) => `printf '%s\n' '#!/bin/sh' '${script}' >/run/bin/${name}; chmod +x /run/bin/${name}`,
  );
  const script = `${leave}
${before}
mkdir /run/bin; ${written.join('\n')}
PATH=${path} "$NODE" "$MAIN" cleanup; status=$?
echo ---
${look}
exit $status`;
  const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  return inSandbox(script, { env: { NODE: process.execPath, MAIN, NODE_NO_WARNINGS: '1' } });
}

/** Makes the table anew, for an nft alone that runs as long as this shell. */
const ownPortolan = `nft delete table ip portolan
mkfifo /run/owner; nft -i </run/owner & exec 5>/run/owner
echo 'add table ip portolan { flags owner; }' >&5
until nft list tables | grep -q 'ip portolan'; do :; done`;

const removed = {
  tables: ['removed the table ip6 kube-proxy', 'removed the table ip portolan'],
  rules: ['removed the IPv4 rules (iptables-nft)'],
  setting: ['put back net/netfilter/nf_conntrack_udp_timeout'],
};
const others = ['table ip nat', 'table ip theirs'];

describe.skipIf(unavailable)('cleanup', () => {
  test('removes and puts back all of it, and says what', async () => {
    const { exitCode, stdout, stderr } = await cleanup({});
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      ...[...removed.tables, ...removed.rules, ...removed.setting],
      ...['---', ...others, '30'],
    ]);
    expect(exitCode).toBe(0);
  });

  test('names a table that another process owns, does all the rest, and ends with status 2', async () => {
    const { exitCode, stdout, stderr } = await cleanup({}, { before: ownPortolan });
    expect(stderr).toContain('the table ip portolan cannot be removed: operation not permitted (EPERM)');
    expect(stderr).toContain('another process owns it');
    expect(stdout.split('\n')).toEqual([
      ...[...removed.tables.slice(0, 1), ...removed.rules, ...removed.setting],
      ...['---', 'table ip nat', 'table ip portolan', 'table ip theirs', '30'],
    ]);
    expect(exitCode).toBe(2);
  });

  test('needs no nft', async () => {
    const names = ['iptables-nft-save', 'ip6tables-nft-save', 'iptables-nft-restore', 'nfacct'];
    const programs = Object.fromEntries(names.map((name) => [name, `exec /usr/sbin/${name} "$@"`]));
    const { exitCode, stdout, stderr } = await cleanup(programs, { path: '/run/bin' });
    expect(stderr).toBe('');
    expect(stdout.split('\n---', 1)[0]?.split('\n')).toEqual([
      ...[...removed.tables, ...removed.rules, ...removed.setting],
    ]);
    expect(exitCode).toBe(0);
  });

  test('names rules that stay where iptables cannot be read, and does all the rest', async () => {
    const { exitCode, stdout, stderr } = await cleanup({ 'iptables-nft-save': 'kill -KILL $$' });
    expect(stderr).toContain(
      'the IPv4 rules (iptables-nft) cannot be removed: iptables-nft-save: killed by SIGKILL',
    );
    expect(stdout.split('\n')).toEqual([
      ...[...removed.tables, ...removed.setting],
      ...['---', ...others, ':KUBE-SERVICES - [0:0]', '-A PREROUTING -j KUBE-SERVICES', '30'],
    ]);
    expect(exitCode).toBe(2);
  });

  test('names a packet counter that somebody still uses', async () => {
    const { exitCode, stdout, stderr } = await cleanup({
      nfacct: 'echo "nfacct v1.0.2: error: Device or resource busy" >&2; exit 1',
    });
    expect(stderr).toContain('the packet counter ct_state_invalid_dropped_pkts cannot be removed: nfacct: ');
    expect(stdout).toContain('} = ct_state_invalid_dropped_pkts;');
    expect(stdout).toContain(removed.setting[0]);
    expect(exitCode).toBe(2);
  });

  test('names a setting that cannot be put back', async () => {
    const { exitCode, stderr } = await cleanup({
      // The first that is called makes it so.
      nfacct:
        'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec /usr/sbin/nfacct "$@"',
    });
    expect(stderr).toMatch(/^net\/netfilter\/nf_conntrack_udp_timeout cannot be put back: EROFS/m);
    expect(exitCode).toBe(2);
  });
});
