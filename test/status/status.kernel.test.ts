import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { nftUnavailable } from '../support/kernel/nft-namespace.ts';
import { createLab, type Lab } from '../support/lab/lab.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { address } from '../support/records.ts';

const unavailable = labUnavailable() ?? (await nftUnavailable());
const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

const client = address('203.0.113.2');
const client6 = address('2001:db8:2::2');
const servers = ['10.244.0.1', '10.244.0.2', '10.244.0.3'].map(address);
const servers6 = [address('fd00:10:244::1')];

/** A Service of one port with these endpoints, and more of its `spec`. */
function objects(name: string, clusterIP: string, endpoints: readonly string[], spec: object = {}): object[] {
  const addressType = clusterIP.includes(':') ? 'IPv6' : 'IPv4';
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType,
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: endpoints.map((each) => ({ addresses: [each] })),
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { clusterIP, ports: [{ name: 'http', protocol: 'TCP', port: 80 }], ...spec },
  };
  return [service, slice];
}

const cluster = [
  ...objects('web', '10.96.0.1', servers),
  ...objects('sticky', '10.96.0.2', servers, { sessionAffinity: 'ClientIP' }),
  ...objects('empty', '10.96.0.3', []),
  ...objects('watched', '10.96.0.4', servers),
  ...objects('web6', 'fd00:10:96::1', servers6),
];

/** The shape that docs/status.md describes; `strict` so that nothing is said that it does not describe. */
const figures = z.strictObject({ total: z.int().min(0), perSecond: z.number().min(0) });
const reportShape = z.strictObject({
  time: z.iso.datetime(),
  intervalSeconds: z.number().positive(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      family: z.enum(['IPv4', 'IPv6']),
      protocol: z.enum(['TCP', 'UDP', 'SCTP']),
      newConnections: figures,
      refused: figures,
      frontends: z.array(
        z.strictObject({
          kind: z.enum(['ClusterIP', 'ExternalIP', 'LoadBalancerIP', 'NodePort']),
          address: z.string().nullable(),
          port: z.int(),
          action: z.enum(['forward', 'reject', 'drop']),
          standing: z.enum(['programmed', 'not-programmed']),
          newConnections: figures,
          refused: figures,
        }),
      ),
      endpoints: z.array(
        z.strictObject({
          address: z.string(),
          port: z.int(),
          standing: z.enum(['programmed', 'not-programmed', 'not-in-objects']),
          newConnections: figures,
          share: z.number().min(0).max(100).nullable(),
        }),
      ),
    }),
  ),
});
type Report = z.infer<typeof reportShape>;

if (unavailable !== undefined) test('status on a node', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable !== undefined)('status on a node', () => {
  const stack = new AsyncDisposableStack();
  let lab: Lab;
  let folder: string;
  const flags = () => ['--proxy-mode', 'nftables', '--source', join(folder, 'objects.json')];
  const writeSource = (items: readonly object[]) =>
    writeFile(
      join(folder, 'objects.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items] }),
    );
  const statusText = (...args: readonly string[]) =>
    lab.node.exec(portolan, ['status', ...flags(), '--interval', '100ms', ...args]);
  const statusReport = async (...args: readonly string[]): Promise<Report> =>
    reportShape.parse(JSON.parse(await statusText('--output', 'json', ...args)));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portolan-status-'));
    stack.defer(() => rm(folder, { recursive: true }));
    await writeSource(cluster);
    lab = stack.use(
      await createLab({ nodeAddresses: ['192.0.2.1'], hosts: [client, client6, ...servers, ...servers6] }),
    );
    for (const server of [...servers, ...servers6]) {
      stack.use(await lab.host(server).listen({ protocol: 'tcp', address: server, port: 8080 }));
    }
    await lab.node.exec(portolan, ['run', '--once', ...flags()], { env: { RUNTIME_DIRECTORY: folder } });
    await connect('10.96.0.1', 12);
    await connect('10.96.0.2', 5);
    await connect('10.96.0.3', 3);
    await connect('fd00:10:96::1', 4);
  });
  afterAll(() => stack.disposeAsync());

  /** Opens connections one after the other; whether they are answered is not looked at. */
  async function connect(clusterIP: string, times: number): Promise<void> {
    const source = clusterIP.includes(':') ? client6 : client;
    const to = {
      protocol: 'tcp',
      source,
      destination: address(clusterIP),
      port: 80,
    } as const;
    for (let time = 0; time < times; time++) await lab.host(source).connect(to);
  }

  async function serviceOf(name: string): Promise<Report['services'][number]> {
    const { services } = await statusReport(`shop/${name}`);
    const [service] = services;
    if (service === undefined || services.length > 1) throw new Error(`status must show ${name} alone`);
    return service;
  }

  test('12 connections to a ClusterIP are 12, in shares that add up to 100', async () => {
    const { newConnections, refused, frontends, endpoints } = await serviceOf('web');
    expect([newConnections.total, refused.total]).toEqual([12, 0]);
    expect(frontends.map((frontend) => frontend.newConnections.total)).toEqual([12]);
    expect(endpoints.map((endpoint) => endpoint.address)).toEqual(servers);
    expect(endpoints.reduce((sum, endpoint) => sum + endpoint.newConnections.total, 0)).toBe(12);
    expect(endpoints.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(100);
  });

  test('with affinity, all connections of a client are those of one endpoint', async () => {
    const { newConnections, frontends, endpoints } = await serviceOf('sticky');
    expect(newConnections.total).toBe(5);
    expect(frontends.map((frontend) => frontend.newConnections.total)).toEqual([5]);
    expect(endpoints.map(({ share }) => share).sort()).toEqual([0, 0, 100]);
    expect(endpoints.map(({ standing }) => standing)).toEqual(servers.map(() => 'programmed'));
  });

  test('without an endpoint, connections are refused', async () => {
    const { newConnections, refused, frontends, endpoints } = await serviceOf('empty');
    expect([newConnections.total, refused.total, endpoints]).toEqual([0, 3, []]);
    expect(frontends).toMatchObject([{ action: 'reject', standing: 'programmed', refused: { total: 3 } }]);
    expect(await statusText('shop/empty')).toMatch(
      /ClusterIP 10\.96\.0\.3:80 .* 3 {2}no endpoint: rejected$/,
    );
  });

  test('IPv6 is counted as IPv4 is, and each family can be had alone', async () => {
    const { services } = await statusReport('--family', 'IPv6');
    expect(services).toMatchObject([
      {
        name: 'shop/web6:http',
        newConnections: { total: 4 },
        endpoints: [{ address: 'fd00:10:244::1', share: 100 }],
      },
    ]);
    const names = (await statusReport('--family', 'IPv4', '--sort', 'name')).services.map(({ name }) => name);
    expect(names).toEqual(['shop/empty:http', 'shop/sticky:http', 'shop/watched:http', 'shop/web:http']);
  });

  test('objects that the node does not have yet are not programmed', async () => {
    const path = join(folder, 'newer.json');
    const items = objects('web', '10.96.0.1', ['10.244.0.1', '10.244.0.9']).concat(
      objects('new', '10.96.0.9', ['10.244.0.9']),
    );
    await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const { services } = await statusReport('--source', path, '--sort', 'name');
    const standings = services.map(({ name, frontends, endpoints }) => [
      name,
      ...frontends.map(({ standing }) => standing),
      ...endpoints.map((endpoint) => `${endpoint.address} ${endpoint.standing}`),
    ]);
    expect(standings).toEqual([
      ['shop/new:http', 'not-programmed', '10.244.0.9 not-programmed'],
      [
        'shop/web:http',
        'programmed',
        '10.244.0.1 programmed',
        '10.244.0.9 not-programmed',
        '10.244.0.2 not-in-objects',
        '10.244.0.3 not-in-objects',
      ],
    ]);
  });

  test('--watch says a JSON document a line, follows the source, and ends with SIGINT', async () => {
    const path = join(folder, 'watched.json');
    const write = (items: readonly object[]) =>
      writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await write(objects('watched', '10.96.0.4', servers));
    const watching = watch(path);
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    const next = async () => reportShape.parse(JSON.parse(String((await lines.next()).value)));
    const seen = async () => {
      const { intervalSeconds, services } = await next();
      return (services[0]?.newConnections.perSecond ?? 0) * intervalSeconds;
    };
    expect(await seen()).toBe(0);
    await connect('10.96.0.4', 6);
    let connections = 0;
    while (connections < 5.5) connections += await seen();
    expect(connections).toBeCloseTo(6);
    await write([...objects('watched', '10.96.0.4', servers), ...objects('added', '10.96.0.8', servers)]);
    while ((await next()).services.length < 2);
    watching.kill('SIGINT');
    expect(await watching).toMatchObject({ exitCode: 0, stderr: '' });
  });

  /** `status --watch` on the node; `ip netns exec` becomes the command, so that signals reach it. */
  function watch(source: string) {
    const args = ['status', '--proxy-mode', 'nftables', '--source', source, '--watch', '--interval', '100ms'];
    return execa('ip', ['netns', 'exec', lab.node.namespace, portolan, ...args, '--output', 'json'], {
      reject: false,
    });
  }
});

describe.skipIf(unavailable !== undefined)('the metrics of a running proxy', () => {
  test('count by Service and endpoint, while endpoints come and go', async () => {
    const list = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await using source = await objectsFolder({ 'a.json': list(objects('web', '10.96.0.1', servers)) });
    await using lab = await createLab({ nodeAddresses: ['192.0.2.1'], hosts: [client, ...servers] });
    await using proxy = running(lab, source.path);
    const to = { protocol: 'tcp', source: client, destination: address('10.96.0.1'), port: 80 } as const;
    await proxy.until((series) => series.size === servers.length);
    for (let time = 0; time < 9; time++) await lab.host(client).connect(to);
    const nine = await proxy.until((series) => sum(series) === 9);
    const rest = servers.slice(1);
    await writeFile(join(source.path, 'a.json'), list(objects('web', '10.96.0.1', rest)));
    const fewer = await proxy.until((series) => series.size === rest.length);
    expect([...fewer.keys()]).toEqual(rest.map((server) => `${server}:8080`));
    for (const [endpoint, connections] of fewer) {
      expect(connections).toBeGreaterThanOrEqual(nine.get(endpoint) ?? Number.NaN);
    }
  });

  function sum(series: ReadonlyMap<string, number>): number {
    return [...series.values()].reduce((all, connections) => all + connections, 0);
  }

  /** `run --traffic-metrics` on the node of a lab. */
  function running(lab: Lab, source: string) {
    const args = ['run', '--traffic-metrics', '--proxy-mode', 'nftables', '--source', source];
    const proxy = execa('ip', ['netns', 'exec', lab.node.namespace, portolan, ...args], {
      env: { RUNTIME_DIRECTORY: source },
      reject: false,
    });
    let ended = false;
    void proxy.finally(() => {
      ended = true;
    });
    const scrape =
      "fetch('http://127.0.0.1:10249/metrics').then((r) => r.text()).then(console.log, () => {})";
    return {
      /** Connections by endpoint, as soon as they are so. */
      async until(isSo: (series: ReadonlyMap<string, number>) => boolean) {
        for (;;) {
          if (ended) throw new Error('the proxy has ended');
          const text = await lab.node.exec(process.execPath, ['-e', scrape]);
          const series = new Map(
            Array.from(
              text.matchAll(
                /^portolan_service_new_connections_total\{service="shop\/web:http",family="IPv4",endpoint="(.+)"\} (\d+)$/gm,
              ),
              ([, endpoint = '', connections]) => [endpoint, Number(connections)] as const,
            ),
          );
          if (isSo(series)) return series;
        }
      },
      async [Symbol.asyncDispose]() {
        proxy.kill('SIGTERM');
        await proxy;
      },
    };
  }
});

describe('status says what it cannot do', () => {
  test.skipIf(unavailable !== undefined).each([
    { name: 'a node without a table', prefix: '', says: 'there is no table ip portolan' },
    {
      name: 'no permission',
      prefix: 'setpriv --bounding-set=-all --inh-caps=-all ',
      says: 'nf_tables: not permitted; it needs root or the capability CAP_NET_ADMIN',
    },
  ])('$name', async ({ prefix, says }) => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stdout, stderr } = await inSandbox(
      `${prefix}"$PORTOLAN" status --proxy-mode nftables --source "$SOURCE"`,
      { env: { SOURCE: source.path } },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
  });
});
