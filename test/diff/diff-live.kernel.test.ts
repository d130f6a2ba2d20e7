import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft') ?? iptablesUnavailable('legacy');
const backends = [
  ['iptables-nft', '--iptables-variant nft'],
  ['iptables-legacy', '--iptables-variant legacy'],
  ['nftables', '--proxy-mode nftables'],
] as const;

if (unavailable !== undefined) test('diff against the kernel', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable).each(backends)('diff against a kernel with %s', (backend, mode) => {
  const run = (script: string, source: string) =>
    inSandbox(
      `ip link add eth0 type dummy && ip address add 192.168.50.10/24 dev eth0 && ip link set eth0 up
       diff() { portolan diff --source "$SOURCE" --cluster-cidr 10.244.0.0/16 ${mode} --family IPv4 "$@"; }
       portolan run --once --source "$SOURCE" --cluster-cidr 10.244.0.0/16 ${mode} >/dev/null && ${script}`,
      { env: { SOURCE: source } },
    );

  test('says that nothing changes, where nothing does', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stdout, stderr } = await run('diff && diff --traffic', source.path);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: 'IPv4 frontends: 2 the same.' });
  });

  test('says what a sync will change for traffic', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const script = 'sed -i s/10.244.1.10/10.244.1.99/ "$SOURCE/a.yaml"; diff --traffic';
    const { exitCode, stdout, stderr } = await run(script, source.path);
    expect(exitCode, stderr).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'IPv4',
      '~ default/web:http  ClusterIP 10.96.0.10:80/TCP, node port 30010/TCP',
      '    endpoints 2 → 2: gains 10.244.1.99:8080; loses 10.244.1.10:8080',
      'IPv4 frontends: 2 changed, 0 the same.',
    ]);
  });

  test('leaves the rules of others as they are', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const firewall =
      backend === 'nftables'
        ? `nft 'table inet guard { chain guard { type filter hook forward priority 10; policy accept; ip daddr 10.244.9.9 drop; }; }'`
        : `${backend} -A FORWARD -d 10.244.9.9 -j DROP`;
    const script = `${firewall} && diff && diff --traffic && diff --traffic --set masqueradeAll=true --against live`;
    const { exitCode, stdout, stderr } = await run(script, source.path);
    expect(exitCode, stderr).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'IPv4 frontends: 2 the same.',
      'IPv4',
      '~ default/web:http  ClusterIP 10.96.0.10:80/TCP',
      '    for pods: masqueraded: no → yes',
      'IPv4 frontends: 1 changed, 1 the same.',
    ]);
  });

  test('compares files with the kernel', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const save = backend === 'nftables' ? 'nft list ruleset' : `${backend}-save`;
    const script = `${save} >/run/save && diff --rules /run/save && diff --rules /run/save --against /run/save &&
      sed -i s/10.244.1.10/10.244.1.99/ /run/save && diff --rules /run/save --traffic`;
    const { exitCode, stdout, stderr } = await run(script, source.path);
    expect(exitCode, stderr).toBe(1);
    expect(stdout).toContain('endpoints 2 → 2: gains 10.244.1.99:8080; loses 10.244.1.10:8080');
  });
});

describe.skipIf(unavailable)('diff against a kernel that has the rules of the other mode', () => {
  const common = '--source "$SOURCE" --cluster-cidr 10.244.0.0/16 --family IPv4';

  test.each([
    ['iptables', 'nftables'],
    ['nftables', 'iptables'],
  ])('says what the takeover changes for traffic: from %s to %s', async (from, to) => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stdout, stderr } = await inSandbox(
      `portolan run --once ${common.replace('--family IPv4', '')} --proxy-mode ${from} 2>/dev/null &&
       portolan diff ${common} --proxy-mode ${to} --traffic`,
      { env: { SOURCE: source.path } },
    );
    expect(exitCode, stderr).toBe(1);
    expect(stdout).toMatch(/^~ default\/web:http {2}node port 30010\/TCP$/m);
    expect(stdout).toContain('for the node itself at 127.0.0.1');
    expect(stdout).toMatch(/^IPv4 frontends: 1 changed, 1 the same\.$/m);
  });
});
