import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inSandbox } from '../../support/cli/sandbox.ts';
import { labUnavailable } from '../../support/lab/unavailable.ts';

const unavailable = labUnavailable();

if (unavailable !== undefined) test('kernel settings', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable)('in a network namespace', () => {
  test('timeouts, be_liberal and route_localnet get their values', async () => {
    expect(
      await prepare(
        { ...udpTimeouts, 'proxy-mode': 'iptables', 'conntrack-tcp-be-liberal': true },
        `for name in tcp_be_liberal udp_timeout udp_timeout_stream; do cat \${n}$name; done
         cat ipv4/conf/all/route_localnet`,
      ),
    ).toEqual(['1', '102', '103', '1']);
    expect(
      await prepare(
        {
          'conntrack-tcp-timeout-established': '100s',
          'conntrack-tcp-timeout-close-wait': '101s',
        },
        `cat \${n}tcp_timeout_established \${n}tcp_timeout_close_wait`,
      ),
    ).toEqual(['100', '101']);
  });

  test('what is 0 stays as it is, and so does route_localnet in mode nftables', async () => {
    const state = 'grep . $' + '{n}* ipv4/conf/all/route_localnet | grep -v _count';
    expect(await prepare({}, `${state} | diff /run/before -`, `${state} >/run/before`)).toEqual([]);
  });

  test('a setting that has its value is not written, so nothing is said where it is read-only', async () => {
    expect(
      await prepare(
        udpTimeouts,
        '',
        `echo 102 >\${n}udp_timeout; echo 103 >\${n}udp_timeout_stream; ${readOnly}`,
      ),
    ).toEqual([]);
  });

  test('there is one warning for all that is read-only', async () => {
    const lines = await prepare(udpTimeouts, `diff /run/before \${n}udp_timeout`, `${readOnly}; ${remember}`);
    expect(lines).toEqual([
      expect.stringMatching(
        /^warning: conntrack\.udpTimeout, conntrack\.udpStreamTimeout: \S+udp_timeout = 102, \S+udp_timeout_stream = 103: read-only here: /,
      ),
    ]);
  });

  test('the limit that only the machine itself may set is one warning; its hash table stays as it is', async () => {
    const lines = await prepare(
      { ...udpTimeouts, ...most(77_777) },
      `cat \${n}udp_timeout /run/hashsize`,
      fakeHashsize(16),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^warning: conntrack\.maxPerCore: \S+_max = 77777: not permitted here: /),
      '102',
      '16',
    ]);
  });

  test.each([
    ['less than a bucket for four connections gets larger', 16, '20000'],
    ['more stays as it is', 30_000, '30000'],
  ])('a hash table with %s', async (_, before, after) => {
    const limit = `echo 80000 >/run/max; mount --bind /run/max \${n}max`;
    expect(await prepare(most(80_000), 'cat /run/hashsize', `${limit}; ${fakeHashsize(before)}`)).toEqual([
      after,
    ]);
  });

  test('a setting that the kernel lacks is a warning', async () => {
    const lines = await prepare(udpTimeouts, '', 'mount -t tmpfs none netfilter');
    expect(lines).toEqual([expect.stringContaining('the kernel has no such setting here')]);
  });

  test('cleanup puts back what was there, however often it was changed since', async () => {
    const again = `"$NODE" "$AGENT" '${JSON.stringify({ ...leaveAll, 'conntrack-udp-timeout': '104s' })}'`;
    const lines = await prepare(
      { 'conntrack-udp-timeout': '102s' },
      `${again}; cat \${n}udp_timeout; "$NODE" "$AGENT" cleanup; diff /run/before \${n}udp_timeout`,
      remember,
    );
    expect(lines).toEqual(['104', 'put back net/netfilter/nf_conntrack_udp_timeout']);
  });

  test('cleanup puts back what was there, though the process was killed as soon as it had changed it', async () => {
    const lines = await prepare(
      {},
      `cat \${n}udp_timeout; "$NODE" "$AGENT" cleanup; diff /run/before \${n}udp_timeout`,
      `${remember}; { "$NODE" "$AGENT" '${JSON.stringify({ ...leaveAll, 'conntrack-udp-timeout': '102s' })}' killed || :; } 2>/dev/null`,
    );
    expect(lines).toEqual(['102', 'put back net/netfilter/nf_conntrack_udp_timeout']);
  });

  test('what is remembered is replaced as a whole', async () => {
    const one = { 'conntrack-udp-timeout': '102s' };
    const file = '/run/portolan/settings-*.json';
    const both = `"$NODE" "$AGENT" '${JSON.stringify({ ...leaveAll, ...udpTimeouts })}'`;
    const lines = await prepare(
      one,
      `ln ${file} /run/link; ${both}; ls /run/portolan | wc -l; cat /run/link ${file}`,
    );
    expect(lines).toEqual([
      '1',
      expect.stringMatching(/^\{"[^,]*udp_timeout":\d+\}\{.*udp_timeout_stream":\d+\}$/),
    ]);
  });

  test('a setting that could not be changed is not remembered', async () => {
    const lines = await prepare({ 'conntrack-udp-timeout': '102s' }, 'ls -A /run/portolan', readOnly);
    expect(lines).toEqual([expect.stringContaining('read-only here')]);
  });

  test.each([
    ['is no JSON', '{"net/'],
    ['holds something else', '{"net/netfilter/nf_conntrack_udp_timeout":"30"}'],
  ])('remembered values in a file that %s are said, and the file stays', async (_, text) => {
    const write = `mkdir -p /run/portolan
      file=/run/portolan/settings-$(readlink /proc/self/ns/net | tr -dc 0-9).json; echo '${text}' >$file`;
    const cleanup = '"$NODE" "$AGENT" cleanup; cat $file';
    expect(await prepare({ 'conntrack-udp-timeout': '102s' }, cleanup, write)).toEqual([
      expect.stringMatching(
        /^warning: .*set, but cleanup will not put back.*settings-\d+\.json should hold the former values/,
      ),
      expect.stringMatching(/settings-\d+\.json should hold the former values .*, and cannot be read: /),
      text,
    ]);
  });

  test('one value that cannot be put back keeps back no other, and stays remembered', async () => {
    const lines = await prepare(
      udpTimeouts,
      `mount --bind \${n}udp_timeout \${n}udp_timeout; mount -o remount,bind,ro \${n}udp_timeout
       "$NODE" "$AGENT" cleanup; cat /run/portolan/settings-*.json`,
    );
    expect(lines).toEqual([
      'put back net/netfilter/nf_conntrack_udp_timeout_stream',
      expect.stringMatching(/^left \S+udp_timeout: EROFS/),
      expect.stringMatching(/^\{"[^,]*udp_timeout":\d+\}$/),
    ]);
  });

  test('a value that cannot be remembered for cleanup is a warning; the setting is made all the same', async () => {
    const lines = await prepare(udpTimeouts, `cat \${n}udp_timeout`, 'mount -o remount,ro /run');
    expect(lines).toEqual([
      expect.stringMatching(/^warning: conntrack\.udpTimeout, .*: set, but cleanup will not put back/),
      '102',
    ]);
  });
});

describe.skipIf(unavailable)('the OOM score of the process', () => {
  test.each([
    ['that cannot be set is a warning', 300, 'warning: oomScoreAdj: cannot be set to 300: EROFS'],
    ['is not written where it is that already', 400, undefined],
  ])('%s', async (_, score, warning) => {
    const lines = await prepare(
      { 'oom-score-adj': score },
      '',
      'echo 400 >/proc/self/oom_score_adj; mount --bind /proc /proc; mount -o remount,bind,ro /proc',
    );
    expect(lines).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  });
});

const leaveAll = {
  'proxy-mode': 'nftables',
  'oom-score-adj': 0,
  'conntrack-max-per-core': 0,
  'conntrack-tcp-timeout-established': '0',
  'conntrack-tcp-timeout-close-wait': '0',
};
const udpTimeouts = { 'conntrack-udp-timeout': '102s', 'conntrack-udp-timeout-stream': '103s' };
const most = (connections: number) => ({
  'conntrack-max-per-core': 1,
  'conntrack-min': connections,
});

const readOnly = 'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; cd /proc/sys/net';
const remember = 'cat $' + '{n}udp_timeout >/run/before';
const fakeHashsize = (buckets: number) =>
  `echo ${buckets} >/run/hashsize; mount --bind /run/hashsize /sys/module/nf_conntrack/parameters/hashsize`;

/**
 * Prepares a network namespace of its own, with flags that leave all else as it is, between two scripts; returns what was
 * printed, by lines. They stand in /proc/sys/net, and $n begins the names of conntrack's settings.
 */
async function prepare(flags: object, after: string, before = ''): Promise<readonly string[]> {
  const script = `cd /proc/sys/net; n=netfilter/nf_conntrack_\n${before}
    "$NODE" "$AGENT" "$FLAGS" && { ${after === '' ? ':' : after}\n}`;
  const AGENT = fileURLToPath(new URL('../../support/kernel/prepare-node-agent.ts', import.meta.url));
  const FLAGS = JSON.stringify({ ...leaveAll, ...flags });
  const { stdout, stderr } = await inSandbox(script, { env: { NODE: process.execPath, AGENT, FLAGS } });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}
