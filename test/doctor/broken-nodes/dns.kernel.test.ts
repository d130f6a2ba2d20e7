import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { addresses } from '../../support/doctor/broken-nodes/addresses.ts';
import { nodeToBorrow } from '../../support/doctor/broken-nodes/borrow-node.ts';
import { withMore } from '../../support/doctor/broken-nodes/change-objects.ts';
import { faultsOf, faultyChecks } from '../../support/doctor/broken-nodes/faults.ts';
import { findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();
const borrowNode = nodeToBorrow();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

const clusterIP = '10.96.0.53';
const port = 5353;

describe("the cluster's DNS", () => {
  test('answers everywhere on a healthy node', async () => {
    await using node = await nodeWithDns();
    await using _server = await startDns(node);
    const { report } = await node.doctor();
    expect(faultsOf(report)).toStrictEqual([]);
    expect(findingsOf(report, 'dns')).toMatchObject([
      {
        severity: 'ok',
        looked: expect.stringContaining(`ClusterIP ${clusterIP}:53 UDP NXDOMAIN`),
      },
    ]);
  });

  test('the ClusterIP fails and the endpoint answers: the rules', async () => {
    await using node = await nodeWithDns();
    await using _server = await startDns(node);
    for (const protocol of ['udp', 'tcp'])
      await node.node.exec('nft', [
        'delete',
        'element',
        'ip',
        'portolan',
        'services',
        `{ ${clusterIP} . ${protocol} . 53 }`,
      ]);
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['drift', 'service-path', 'dns']);
    expect(findingsOf(report, 'dns')).toMatchObject([
      { finding: expect.stringContaining('fails between the ClusterIP and the endpoints, which answer') },
    ]);
  });

  test('UDP fails and TCP works: a firewall', async () => {
    await using node = await nodeWithDns();
    await using _server = await startDns(node);
    await node.pods[0].exec('iptables-nft', ['-A', 'INPUT', '-p', 'udp', '-j', 'DROP']);
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['dns']);
    expect(findingsOf(report, 'dns')).toMatchObject([
      { finding: expect.stringContaining('UDP fails and TCP works') },
    ]);
  });

  test('nothing answers: the pods', async () => {
    await using node = await nodeWithDns();
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['dns']);
    expect(findingsOf(report, 'dns')).toMatchObject([
      {
        looked: expect.stringContaining('ECONNREFUSED'),
        finding: expect.stringContaining('its pods, or the way to them, are at fault'),
      },
    ]);
  });
});

/** A node that is programmed for kube-dns, whose endpoint is the first pod. */
async function nodeWithDns(): Promise<TestNode> {
  const node = await borrowNode({ mode: 'nftables' });
  await node.writeObjects(withMore(...dnsObjects()));
  await node.program();
  return node;
}

function dnsObjects(): readonly object[] {
  const metadata = { namespace: 'kube-system', name: 'kube-dns' };
  const ports = [
    { name: 'dns', protocol: 'UDP' },
    { name: 'dns-tcp', protocol: 'TCP' },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP, clusterIPs: [clusterIP], ports: ports.map((each) => ({ ...each, port: 53 })) },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      addressType: 'IPv4',
      ports: ports.map((each) => ({ ...each, port })),
      endpoints: [{ addresses: [addresses.pods[0].IPv4], nodeName: 'node-0' }],
    },
  ];
}

async function startDns({ pods: [pod] }: TestNode): Promise<AsyncDisposable> {
  const script = fileURLToPath(new URL('../../support/doctor/broken-nodes/dns-server.ts', import.meta.url));
  const args = [
    'netns',
    'exec',
    pod.namespace,
    process.execPath,
    script,
    addresses.pods[0].IPv4,
    String(port),
  ];
  const server = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'close');
  await once(server.stdout, 'data');
  return {
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
    },
  };
}
