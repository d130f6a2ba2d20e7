import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Ended, runMain } from '../support/cli/run-main.ts';
import { fixturesPath, readFileIfAny } from '../support/golden/cases.ts';

const updating = process.env.UPDATE_GOLDEN === '1';
const folder = join(fixturesPath, 'diff');
const modes = ['iptables', 'nftables'] as const;

/** What each case prints stands in `fixtures/diff/golden/NAME.MODE.txt`. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
}

const manifests: readonly Case[] = [
  'endpoint-added',
  'endpoint-removed',
  'endpoint-moved',
  'no-endpoints',
  'port-changed',
  'policy-local',
  'node-port-added',
  'source-ranges',
  'affinity-off',
].map((name) => ({ name, args: ['--apply', join(folder, 'manifests', `${name}.yaml`)] }));

const configurations: readonly Case[] = [
  { name: 'masquerade-all', args: ['--set', 'masqueradeAll=true'] },
  { name: 'cluster-cidr-wrong', args: ['--set', 'clusterCIDR=10.200.0.0/16,fd00:10:200::/48'] },
  { name: 'cluster-cidr-empty', args: ['--set', 'clusterCIDR='] },
  { name: 'node-port-addresses', args: ['--set', 'nodePortAddresses=192.0.2.0/24,2001:db8::/32'] },
];

describe.each(modes)('in mode %s diff --traffic says what changes for traffic:', (mode) => {
  test.each([...manifests, ...configurations])('$name', async ({ name, args }) => {
    const ended = await diff(mode, [...args, '--traffic']);
    await expectGolden(`traffic-${name}.${mode}.txt`, ended);
    expect(ended.exitStatus).toBe(1);
  });

  test('a Service deleted', async () => {
    await using objects = await objectsWithout('dns.yaml');
    const ended = await diff(mode, ['--with-source', objects.path, '--traffic']);
    await expectGolden(`traffic-service-deleted.${mode}.txt`, ended);
    expect(ended.exitStatus).toBe(1);
  });

  test('nothing, where only what no packet meets changes', async () => {
    const ended = await diff(mode, ['--set', 'conntrack.min=0', '--traffic']);
    expect(ended).toEqual({
      stdout: 'IPv4 frontends: 9 the same.\nIPv6 frontends: 2 the same.\n',
      stderr: '',
      exitStatus: 0,
    });
  });

  test('as JSON', async () => {
    const { args } = manifests.find(({ name }) => name === 'policy-local') ?? { args: [] };
    const ended = await diff(mode, [...args, '--traffic', '--output', 'json']);
    JSON.parse(ended.stdout);
    await expectGolden(`traffic-json.${mode}.txt`, ended);
  });
});

describe('from one mode to the other', () => {
  test('only what docs/nftables.md says differs for traffic', async () => {
    await expectGolden(
      'traffic-mode.iptables.txt',
      await diff('iptables', ['--set', 'mode=nftables', '--traffic']),
    );
  });

  test('and back it is the same the other way round', async () => {
    await expectGolden(
      'traffic-mode.nftables.txt',
      await diff('nftables', ['--set', 'mode=iptables', '--traffic']),
    );
  });

  test('rules cannot be compared line by line, which one line says for each family', async () => {
    const { stdout, stderr, exitStatus } = await diff('iptables', ['--set', 'mode=nftables']);
    expect({ stdout, exitStatus }).toEqual({ stdout: '', exitStatus: 2 });
    expect(stderr.trimEnd().split('\n')).toEqual(
      ['IPv4', 'IPv6'].map((family) =>
        expect.stringMatching(`^portolan: ${family}: present has rules of iptables, .*; --traffic says what`),
      ),
    );
  });
});

describe.each(modes)('in mode %s diff shows the rules that change:', (mode) => {
  test.each([...configurations, ...manifests.slice(0, 3)])('$name', async ({ name, args }) => {
    const ended = await diff(mode, args);
    await expectGolden(`rules-${name}.${mode}.txt`, ended);
    expect(ended.exitStatus).toBe(1);
  });

  test('none, where the objects say the same', async () => {
    expect(await diff(mode, ['--with-source', join(folder, 'objects')])).toEqual(nothing);
  });

  test('as JSON', async () => {
    const ended = await diff(mode, [...(manifests[0]?.args ?? []), '--output', 'json']);
    JSON.parse(ended.stdout);
    await expectGolden(`rules-json.${mode}.txt`, ended);
  });
});

const nothing: Ended = { stdout: '', stderr: '', exitStatus: 0 };
const marina = join(folder, 'saves/marina.iptables-save');

describe('a save', () => {
  test("of another node shows what is that node's own", async () => {
    await expectGolden('rules-another-node.iptables.txt', await diff('iptables', ['--against', marina]));
  });

  test("of another node shows what that node's own rules do otherwise with traffic", async () => {
    const ended = await diff('iptables', ['--against', marina, '--traffic']);
    await expectGolden('traffic-another-node.iptables.txt', ended);
  });

  test('of another language is compared by traffic', async () => {
    const ended = await diff('nftables', ['--against', marina, '--traffic']);
    await expectGolden('traffic-another-language.nftables.txt', ended);
  });

  test('is the same as itself, and needs no objects', async () => {
    expect(await runMain(['diff', '--rules', marina, '--against', marina])).toEqual(nothing);
    const traffic = await runMain(['diff', '--rules', marina, '--against', marina, '--traffic']);
    expect(traffic).toEqual({ ...nothing, stdout: 'IPv4 frontends: 9 the same.\n' });
  });

  test('is compared with what its own objects make', async () => {
    const own = ['--hostname-override', 'marina', '--family', 'IPv4'];
    expect(await diff('iptables', ['--against', marina, ...own])).toEqual(nothing);
    const traffic = await diff('iptables', ['--against', marina, ...own, '--traffic']);
    expect(traffic).toEqual({ ...nothing, stdout: 'IPv4 frontends: 9 the same.\n' });
  });
});

describe('a listing of nft as JSON', () => {
  const json = join(folder, 'saves/harbour.nft.json');
  const ipv4 = ['--family', 'IPv4'];

  test('is the same as the objects that it was made of', async () => {
    expect(await diff('nftables', ['--against', json, ...ipv4])).toEqual(nothing);
    const traffic = await diff('nftables', ['--against', json, ...ipv4, '--traffic']);
    expect(traffic).toEqual({ ...nothing, stdout: 'IPv4 frontends: 9 the same.\n' });
  });

  test('shows the elements and chains that change', async () => {
    const apply = ['--apply', join(folder, 'manifests/endpoint-added.yaml')];
    await expectGolden(
      'rules-against-json.nftables.txt',
      await diff('nftables', ['--against', json, ...ipv4, ...apply]),
    );
  });
});

describe('diff says what is wrong with', () => {
  const missing = join(folder, 'no-such-file');
  const readme = join(folder, 'README.md');
  const ipv6 = join(fixturesPath, 'nodeport/ip6tables.rules');
  const notJson = join(folder, 'saves/broken.nft.json');
  const broken = join(folder, 'saves/broken.iptables-save');

  test.each<{ readonly args: readonly string[]; readonly says: string | RegExp }>([
    { args: ['--against', missing], says: `--against ${missing}: cannot be read: ENOENT` },
    {
      args: ['--against', readme],
      says: `--against ${readme}: holds no table; it must be what iptables-save`,
    },
    { args: ['--against', broken, '--traffic'], says: new RegExp(`${broken}.*: line 4: `) },
    { args: ['--against', notJson], says: `${notJson}: not a listing of nft: line 2` },
    { args: ['--against', 'live', '--against', marina], says: 'must be live or files, not both' },
    { args: ['--rules', missing, '--against', marina], says: `--rules ${missing}: cannot be read: ENOENT` },
    {
      args: ['--rules', marina, '--set', 'a=b'],
      says: '--rules takes the place of the objects, so --set a=b has',
    },
    {
      args: ['--against', marina, '--rules', ipv6],
      says: 'have rules of different families; there is nothing to compare',
    },
    { args: ['--set', 'masqueradeAll'], says: '--set masqueradeAll: must be field=value, such as' },
    {
      args: ['--set', 'masquradeAll=true'],
      says: 'masquradeAll is no field of KubeProxyConfiguration v1alpha1: did you mean iptables.masqueradeAll?',
    },
    { args: ['--set', 'iptables.masq=true'], says: 'iptables.masq is no field of KubeProxyConfiguration' },
    {
      args: ['--set', 'masqueradeAll=perhaps'],
      says: 'iptables.masqueradeAll: must be true or false, got "perhaps"',
    },
    { args: ['--set', 'clusterCIDR=[a'], says: '--set clusterCIDR=[a: the value is no YAML' },
    { args: ['--with-config', missing], says: `--with-config ${missing}: cannot be read` },
    { args: ['--with-config', missing, '--set', 'a=b'], says: '--with-config and --set both say' },
    { args: ['--with-source', missing], says: `--with-source ${missing}: ENOENT` },
    { args: ['--apply', missing], says: `--apply ${missing}: cannot be read: ENOENT` },
    {
      args: ['--set', 'mode=nftables', '--traffic', '--node-address', 'x'],
      says: '--node-address x: must be an IP address',
    },
    {
      args: ['--apply', join(folder, 'manifests/new-without-address.yaml')],
      says: 'Service shop/new is new, and the API server will choose its address; give it a spec.clusterIP',
    },
  ])('$args', async ({ args, says }) => {
    const { stdout, stderr, exitStatus } = await diff('iptables', args);
    expect({ stdout, exitStatus }).toEqual({ stdout: '', exitStatus: 2 });
    expect(stderr).toMatch(says);
  });
});

function diff(mode: 'iptables' | 'nftables', args: readonly string[]): Promise<Ended> {
  const config = join(folder, mode === 'nftables' ? 'config.nftables.yaml' : 'config.yaml');
  return runMain(['diff', '--source', join(folder, 'objects'), '--config', config, ...args]);
}

async function expectGolden(file: string, { stdout, stderr, exitStatus }: Ended): Promise<void> {
  const path = join(folder, 'golden', file);
  const text = `${stdout}${stderr}exit status ${exitStatus}\n`.replaceAll(`${folder}/`, '');
  if (updating) {
    await mkdir(join(folder, 'golden'), { recursive: true });
    await writeFile(path, text);
  }
  expect(text).toBe(await readFileIfAny(path));
}

async function objectsWithout(file: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'portolan-diff-'));
  await cp(join(folder, 'objects'), path, { recursive: true });
  await rm(join(path, file));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
