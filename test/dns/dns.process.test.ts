import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Packet, RECURSION_DESIRED } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiServer } from '../support/apiserver/api-server.ts';
import { nodeObject, serviceObject } from '../support/apiserver/objects.ts';
import { askOverTcp, UdpAsker } from '../support/dns/ask.ts';
import { freePort } from '../support/dns/free-port.ts';
import type { ReadResponse } from '../support/dns/read-response.ts';
import { type StartedServer, startDns, startReadyDns } from '../support/dns/start-server.ts';
import { startUpstream } from '../support/dns/upstream.ts';
import { until } from '../support/until.ts';

let folder = '';
let objects = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-dns-'));
  objects = join(folder, 'objects.json');
  await writeFile(objects, JSON.stringify(serviceObject('web')));
});
afterEach(() => rm(folder, { recursive: true }));

const web = 'web.default.svc.cluster.local';

function query(name: string, id = 1): Packet {
  return { type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] };
}

async function ask(server: StartedServer, name: string): Promise<ReadResponse> {
  using asker = new UdpAsker(server.port);
  return await asker.ask(query(name));
}

function args(...more: readonly string[]): readonly string[] {
  return ['--source', objects, '--http', 'none', ...more];
}

describe('names of the cluster', () => {
  test('are answered over UDP and TCP, many questions on one connection', async () => {
    await using server = await startReadyDns(args('--upstream', '127.0.0.1:1'));
    expect(await ask(server, web)).toMatchObject({ rcode: 'NOERROR', answers: [{ data: '10.96.0.10' }] });
    const answers = await askOverTcp(server.port, [
      query(web, 1),
      query('none.cluster.local', 2),
      query(web, 3),
    ]);
    expect(answers).toMatchObject([
      { id: 1, rcode: 'NOERROR' },
      { id: 2, rcode: 'NXDOMAIN' },
      { id: 3, rcode: 'NOERROR' },
    ]);
  });

  test('come and go with the objects', async () => {
    await using server = await startReadyDns(args('--upstream', '127.0.0.1:1'));
    const other = serviceObject('other', { clusterIP: '10.96.0.11' });
    const next = join(folder, 'next');
    await writeFile(next, JSON.stringify(other));
    await rename(next, objects);
    await until(
      () => ask(server, 'other.default.svc.cluster.local'),
      ({ rcode }) => rcode === 'NOERROR',
    );
    await until(
      () => ask(server, web),
      ({ rcode }) => rcode === 'NXDOMAIN',
    );
  });

  test('are those of another domain where one is given', async () => {
    await using server = await startReadyDns(
      args('--domain', 'Example.Internal', '--upstream', '127.0.0.1:1'),
    );
    expect(await ask(server, 'web.default.svc.example.internal')).toMatchObject({ rcode: 'NOERROR' });
  });

  test('are learnt from an API server, and followed; until they are known, the server is not ready', async () => {
    const api = new ApiServer();
    api.put(
      serviceObject('web'),
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'bare' } },
      nodeObject('a'),
    );
    api.goDown();
    await using listening = await api.listen();
    const source = [
      '--kubeconfig',
      listening.kubeconfigPath,
      '--http',
      '127.0.0.1:0',
      '--upstream',
      '127.0.0.1:1',
    ];
    await using server = await startDns(source);
    const { address } = await server.log.logged(({ msg }) => msg === 'serving health and metrics');
    const page = async (path: string) => {
      const response = await fetch(`http://${address}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await page('/healthz')).toMatchObject({ status: 200 });
    expect(await page('/readyz')).toEqual({ status: 503, text: 'objects are not known yet\n' });
    expect(await ask(server, web)).toMatchObject({ rcode: 'SERVFAIL' });
    api.comeUp();
    await until(
      () => page('/readyz'),
      ({ status }) => status === 200,
    );
    expect(await ask(server, web)).toMatchObject({ rcode: 'NOERROR' });
    expect(await ask(server, 'bare.svc.cluster.local')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    api.put(serviceObject('headless', { clusterIP: 'None', spec: { clusterIPs: ['None'] } }));
    api.remove('Namespace', 'bare');
    await until(
      () => ask(server, 'bare.svc.cluster.local'),
      ({ rcode }) => rcode === 'NXDOMAIN',
    );
    const { text } = await page('/metrics');
    expect(text).toContain(
      `portolan_dns_requests_total{server="dns://127.0.0.1:${server.port}",zone="cluster.local.",view="",proto="udp",family="1",type="A"}`,
    );
    expect(text).toMatch(/portolan_dns_responses_total\{.*plugin="kubernetes",rcode="NXDOMAIN"\} \d+/);
    expect(text).toMatch(/portolan_dns_request_duration_seconds_count\{.*\} \d+/);
  });
});

describe('other names', () => {
  test('are forwarded, and over TCP where the answer is long', async () => {
    await using upstream = await startUpstream();
    await using server = await startReadyDns(args('--upstream', `127.0.0.1:${upstream.port}`));
    expect(await ask(server, 'www.example.com')).toMatchObject({
      rcode: 'NOERROR',
      answers: [{ data: '192.0.2.80' }],
    });
    expect(await ask(server, 'missing.example.com')).toMatchObject({
      rcode: 'NXDOMAIN',
      authorities: [{ type: 'SOA' }],
    });
    expect(await ask(server, 'large.example.com')).toMatchObject({ rcode: 'NOERROR', flag_tc: true });
    expect(await askOverTcp(server.port, [query('large.example.com')])).toMatchObject([
      { answers: { length: 100 } },
    ]);
    // The loop probe is a question of TXT.
    expect(upstream.asked.filter((what) => !what.startsWith('TXT'))).toEqual([
      ...['A www.example.com', 'A missing.example.com', 'A large.example.com', 'tcp A large.example.com'],
    ]);
  });

  test('are asked of the next server where one is not there or says nothing', async () => {
    await using silent = await startUpstream(new Promise(() => undefined));
    await using upstream = await startUpstream();
    const ports = [await freePort(), silent.port, upstream.port];
    await using server = await startReadyDns(
      args(...ports.flatMap((port) => ['--upstream', `127.0.0.1:${port}`])),
    );
    expect(await ask(server, 'www.example.com')).toMatchObject({ rcode: 'NOERROR' });
    expect(silent.asked).toContain('A www.example.com');
  });

  test('are not forwarded around: servers that name each other notice it', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const named = (port: number) => ['--upstream', `127.0.0.1:${port}`];
    await using first = await startReadyDns(args('--listen', `127.0.0.1:${one}`, ...named(two)));
    await using second = await startReadyDns(args('--listen', `127.0.0.1:${two}`, ...named(one)));
    await second.log.logged(
      ({ msg, upstream }) => msg.includes('leads back') && upstream === `127.0.0.1:${one}`,
    );
    expect(await ask(first, 'www.example.com')).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await ask(second, 'www.example.com')).toMatchObject({ rcode: 'SERVFAIL' });
  });
});

describe('the end', () => {
  test('by SIGTERM comes after what is under way is answered', async () => {
    const gate = Promise.withResolvers<void>();
    await using upstream = await startUpstream(gate.promise);
    await using server = await startReadyDns(args('--upstream', `127.0.0.1:${upstream.port}`));
    const answers = Promise.all([
      ask(server, 'www.example.com'),
      askOverTcp(server.port, [query('moved.example.com')]),
    ]);
    await until(
      async () => upstream.asked,
      (asked) => asked.includes('A www.example.com') && asked.includes('A moved.example.com'),
    );
    server.child.kill('SIGTERM');
    await server.log.logged(({ msg }) => msg === 'ending');
    gate.resolve();
    expect(await answers).toMatchObject([{ rcode: 'NOERROR' }, [{ rcode: 'NOERROR' }]]);
    expect(await exitOf(server)).toBe(0);
  });

  test('comes later where it is a lame duck, and queries are answered meanwhile; SIGINT does not wait', async () => {
    await using server = await startReadyDns(args('--lameduck', '60s', '--upstream', '127.0.0.1:1'));
    server.child.kill('SIGTERM');
    await server.log.logged(({ msg }) => msg === 'ending');
    expect(await ask(server, web)).toMatchObject({ rcode: 'NOERROR' });
    server.child.kill('SIGINT');
    expect(await exitOf(server)).toBe(0);
  });
});

describe('a clear error ends it', () => {
  test('where an upstream server is itself', async () => {
    const port = await freePort();
    await expect(
      startDns(args('--listen', `127.0.0.1:${port}`, '--upstream', `127.0.0.1:${port}`)),
    ).rejects.toThrow('is this server itself; name another');
  });

  test('where its port is taken', async () => {
    await using server = await startReadyDns(args('--upstream', '127.0.0.1:1'));
    const second = startDns(args('--listen', `127.0.0.1:${server.port}`, '--upstream', '127.0.0.1:1'));
    await expect(second).rejects.toThrow('EADDRINUSE');
  });
});

async function exitOf({ child }: StartedServer): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
