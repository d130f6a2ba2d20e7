import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import type { Destination, Host } from '../support/lab/host.ts';
import { linkAddress } from '../support/lab/topology.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { briefly } from '../support/patience.ts';
import { ipv4, ipv6 } from '../support/traffic/addresses.ts';
import { nodeName, servicePort, type Web, web } from '../support/traffic/objects.ts';
import { type Stage, sharedStage } from '../support/traffic/stage.ts';
import { serverName } from '../support/traffic/table.ts';

const unavailable = labUnavailable();
if (unavailable !== undefined) test('what the table refuses', ({ skip }) => skip(unavailable));

const nodePort = 30_080;
const protocols = ['tcp', 'udp'] as const;

describe.skipIf(unavailable).each([ipv4, ipv6])('in $family', (addresses) => {
  const { service, balancer, client, onNode, node, pod, family } = addresses;
  const external = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: true };
  const borrow = sharedStage(addresses, 1);
  const status = { loadBalancer: { ingress: [{ ip: balancer(0) }] } };

  test('a pod that reaches itself by its Service is masqueraded', async () => {
    const stage = await stageWith({ endpoints: [pod(0)], endpointsNode: nodeName });
    for (const protocol of protocols) {
      const result = await stage.pods.connect({
        protocol,
        source: pod(0),
        destination: service(0),
        port: servicePort,
      });
      if ('error' in result) throw new Error(result.error);
      expect(result.answer.server).toBe(serverName(pod(0)));
      expect(result.answer.peer).toContain(linkAddress[family]);
    }
  });

  test('a load balancer lets in only its source ranges, a ClusterIP everybody', async () => {
    const ranges = [`${client(0)}/${family === 'IPv4' ? 32 : 128}`];
    const stage = await stageWith({
      endpoints: [pod(0)],
      spec: { ...external, loadBalancerSourceRanges: ranges },
      status,
    });
    for (const protocol of protocols) {
      const by = (source: Address, destination: Address, more: Partial<Destination> = {}) =>
        outcome(stage.clients, { protocol, source, destination, port: servicePort, ...more });
      expect(await by(client(0), balancer(0))).toBe(serverName(pod(0)));
      expect(await by(client(1), balancer(0), { timeoutMs: briefly })).toBe('ETIMEDOUT');
      expect(await by(client(1), service(0))).toBe(serverName(pod(0)));
    }
  });

  test('by external policy Local, what comes from outside is dropped where no endpoint is here', async () => {
    const stage = await stageWith({
      endpoints: [pod(0)],
      spec: { ...external, externalTrafficPolicy: 'Local' },
      status,
    });
    for (const protocol of protocols) {
      const balanced = { protocol, destination: balancer(0), port: servicePort };
      const byNodePort = { protocol, destination: node, port: nodePort };
      expect(await outcome(stage.clients, { ...balanced, source: client(0), timeoutMs: briefly })).toBe(
        'ETIMEDOUT',
      );
      expect(await outcome(stage.clients, { ...byNodePort, source: client(0), timeoutMs: briefly })).toBe(
        'ETIMEDOUT',
      );
      expect(await outcome(stage.node, { ...balanced, source: onNode(0) })).toBe(serverName(pod(0)));
    }
  });

  test('by external policy Local, only endpoints of this node are used, and they see the client', async () => {
    const stage = await stageWith({
      endpoints: [pod(0)],
      endpointsNode: nodeName,
      spec: { ...external, externalTrafficPolicy: 'Local' },
      status,
    });
    for (const protocol of protocols) {
      const to = { protocol, source: client(0), destination: balancer(0), port: servicePort };
      const result = await stage.clients.connect(to);
      if ('error' in result) throw new Error(result.error);
      expect(result.answer.peer).toContain(client(0));
    }
  });

  test('a Service without endpoints refuses TCP and UDP', async () => {
    const stage = await stageWith({ endpoints: [] });
    for (const protocol of protocols) {
      const to = { protocol, destination: service(0), port: servicePort };
      const byNodePort = { protocol, destination: node, port: nodePort };
      expect(await outcome(stage.clients, { ...to, source: client(0) })).toBe('ECONNREFUSED');
      expect(await outcome(stage.node, { ...to, source: onNode(0) })).toBe('ECONNREFUSED');
      expect(await outcome(stage.clients, { ...byNodePort, source: client(0) })).toBe('ECONNREFUSED');
    }
  });

  test('a port that no Service has on a ClusterIP refuses', async () => {
    const stage = await stageWith({ endpoints: [pod(0)] });
    for (const protocol of protocols) {
      expect(
        await outcome(stage.clients, { protocol, source: client(0), destination: service(0), port: 81 }),
      ).toBe('ECONNREFUSED');
    }
  });

  async function stageWith(service: Omit<Web, 'clusterIP'>): Promise<Stage> {
    const stage = await borrow();
    await stage.write('web', web({ clusterIP: addresses.service(0), nodePort, ...service }));
    await stage.once('nftables');
    return stage;
  }
});

/** Who answered, or the error. */
async function outcome(host: Host, to: Destination): Promise<string> {
  const result = await host.connect(to);
  return 'error' in result ? result.error : result.answer.server;
}
