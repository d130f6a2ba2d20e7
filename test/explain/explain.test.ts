import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { objectsFolder } from '../support/cli/objects.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/explain');
const objects = ['--source', `${fixtures}/objects.yaml`, '--config', `${fixtures}/config.iptables.yaml`];
const save = ['--rules', `${fixtures}/saves/node.iptables-save`];

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function explain(...args: readonly string[]): Promise<Answer> {
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const status = await main(['explain', '--no-color', ...args]);
  const written = ({ mock }: typeof stdout) => mock.calls.map(([text]) => String(text)).join('');
  return { status, stdout: written(stdout), stderr: written(stderr) };
}

describe('explain ends with', () => {
  test.each([
    ['0 where the packet goes to an endpoint', 0, [...objects, '--from', '10.244.1.5', '--to', 'shop/web']],
    ['0 where no rule is against it', 0, [...objects, '--from', '10.244.1.5', '--to', '10.244.1.6:80']],
    ['1 where it is rejected', 1, [...objects, '--from', '10.244.1.5', '--to', 'shop/empty']],
    ['1 where it is dropped', 1, [...objects, '--from', 'outside', '--to', 'node:30081']],
    ['1 where that cannot be known', 1, [...save, '--from', '10.244.1.5', '--to', '10.96.20.10:80']],
    ['2 where it was asked wrongly', 2, [...objects, '--from', '10.244.1.5', '--to', 'nobody']],
  ])('status %s', async (_, expected, args) => {
    expect((await explain(...args)).status).toBe(expected);
  });
});

describe('explain says of wrong input what is wrong with it', () => {
  const from = ['--from', '10.244.1.5'];
  const to = ['--to', '10.96.20.10:80'];

  test.each([
    [
      [...objects, ...from, '--to', 'shop/webb:http'],
      '--to shop/webb:http: the source has no Service shop/webb .*; did you mean shop/web\\?',
    ],
    [[...objects, ...from, '--to', 'shoop/web'], 'did you mean shop/web\\?'],
    [[...objects, ...from, '--to', 'wev'], 'no Service wev .*; did you mean web\\?'],
    [
      [...objects, ...from, '--to', 'shop/web:htp'],
      'Service shop/web has no port htp; it has http \\(80/TCP\\)',
    ],
    [
      [...objects, ...from, '--to', 'shop/web:http', '--protocol', 'udp'],
      'Service shop/web has no port http of UDP',
    ],
    [
      [...objects, ...from, '--to', 'shop/web', '--via', 'external'],
      'shop/web:http has no ExternalIP; choose another address with --via: clusterip, nodeport',
    ],
    [
      [...objects, ...from, ...to, '--via', 'nodeport'],
      '--via nodeport: chooses among the addresses of a Service; --to 10.96.20.10:80 is none',
    ],
    [[...objects, ...from, '--to', '10.96.20.10'], '--to "10.96.20.10": must have a port'],
    [
      [...objects, '--from', 'fd00::5', ...to],
      'a packet has one family: --from fd00::5 has IPv6, --to 10.96.20.10:80 has IPv4',
    ],
    [
      [...objects, '--from', 'shop/web-9', ...to],
      '--from shop/web-9: the source knows no such pod.*; did you mean shop/web-1\\?',
    ],
    [[...objects, ...from, ...to, '--node-address', 'x'], '--node-address "x": must be an IP address'],
    [[...objects, ...from, ...to, '--source-port', '0'], '--source-port "0": must be a port from 1 to 65535'],
    [[...objects, ...from, ...to, '--in-interface', 'a b'], '--in-interface "a b": must be 1 to 15 letters'],
    [[...save, ...from, ...to, '--route', 'eth0'], '--route "eth0": must be NETWORK=INTERFACE'],
    [[...save, '--live', ...from, ...to], '--live and --rules: .* give one of them'],
    [[...save, ...from, '--to', 'shop/web'], '--to shop/web: names of Services need objects'],
    [[...save, '--from', 'cli', ...to], '--from cli: names of pods need objects'],
    [
      [...save, '--from', 'node', ...to],
      '--from node: no address of the node is known; name one with --node-address',
    ],
    [
      [...save, '--from', 'fd00::5', '--to', '[fd00::6]:80'],
      'no rules of IPv6 in it, and the packet is of IPv6',
    ],
    [['--rules', '/nowhere', ...from, ...to], '--rules /nowhere: cannot be read'],
    [['--rules', `${fixtures}/objects.yaml`, ...from, ...to], '--rules .*objects.yaml: '],
    [[...from, ...to], 'nothing says where the objects are'],
  ])('%j', async (args, expected) => {
    const { status, stdout, stderr } = await explain(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(expected));
    expect(stderr).not.toContain('    at ');
  });
});

describe('a packet', () => {
  test('of UDP is asked for by the name of the port', async () => {
    const { stdout } = await explain(...objects, '--from', '10.244.1.5', '--to', 'shop/node-cache:dns');
    expect(stdout).toContain('UDP from 10.244.1.5 to 10.96.20.14:53');
  });

  test('to a number that two protocols have is of TCP', async () => {
    const { stdout } = await explain(...objects, '--from', '10.244.1.5', '--to', 'shop/node-cache:53');
    expect(stdout).toContain('TCP from 10.244.1.5 to 10.96.20.14:53');
  });

  test('has the family of its sender', async () => {
    const { stdout } = await explain(...objects, '--from', 'fd00:10:244:1::5', '--to', 'shop/web');
    expect(stdout).toContain('to [fd00:10:96::2010]:80');
  });

  test('may come from a Pod that no Service has', async () => {
    await using folder = await objectsFolder({
      'pod.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: cli, namespace: tools}\nstatus: {podIPs: [{ip: 10.244.1.77}]}\n',
    });
    const { stdout } = await explain('--source', folder.path, '--from', 'tools/cli', '--to', '10.244.1.6:80');
    expect(stdout).toContain('TCP from 10.244.1.77 (pod tools/cli) to 10.244.1.6:80');
  });

  test('is masqueraded where it goes to a node port that the node has by --node-address only', async () => {
    const to = ['--to', '192.168.77.1:30080'];
    const { stdout } = await explain(
      ...objects,
      '--from',
      'outside',
      ...to,
      '--node-address',
      '192.168.77.1',
    );
    expect(stdout).toContain('node port of shop/web:http');
    expect((await explain(...objects, '--from', 'outside', ...to)).stdout).toContain('untouched');
  });
});

describe('a node port that does not answer on an address', () => {
  const nftables = ['--source', `${fixtures}/objects.yaml`, '--config', `${fixtures}/config.nftables.yaml`];
  const from = ['--node-address', '192.168.77.1', '--from', '192.168.50.10'];

  test.each([
    [
      '127.0.0.1',
      'node ports do not answer on 127.0.0.1 (localhostNodePorts, in mode iptables and IPv4 only)',
    ],
    ['192.168.77.1', 'node ports do not answer on 192.168.77.1 (nodePortAddresses)'],
  ])('is named: %s', async (address, expected) => {
    const { stdout } = await explain(...nftables, ...from, '--to', `${address}:30080`);
    expect(stdout).toContain(
      `note       by the objects port 30080 is the node port of shop/web:http, and ${expected}`,
    );
    expect(stdout).not.toContain('portolan diff');
  });
});

describe('saved rules', () => {
  test('are followed without objects', async () => {
    const { stdout } = await explain(
      ...save,
      '--from',
      '10.244.1.5',
      '--to',
      '10.96.20.10:80',
      '--output',
      'json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ service: { name: 'shop/web:http', frontend: 'ClusterIP' } });
  });

  test('of several files are those of one node', async () => {
    const nft = ['--rules', `${fixtures}/saves/kube-proxy.nft`];
    const { stdout } = await explain(
      ...save,
      ...nft,
      '--from',
      '198.51.100.1',
      '--to',
      '192.168.50.10:30080',
    );
    expect(stdout).toContain('kube-proxy services');
    expect(stdout).toContain('filter FORWARD');
  });
});
