import { servicePort } from './objects.ts';
import { type Running, startConnections, type Way } from './open-connections.ts';
import type { Stage } from './stage.ts';

/**
 * Opens connections without pause by TCP and UDP: to the first Service from the node and from elsewhere, and from there
 * by the node port too, where one is named. Stopping waits for so many of each way.
 */
export function startTraffic({ node, clients, addresses }: Stage, nodePort?: number): Running {
  const { onNode, client, service } = addresses;
  const running = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const way: Way = {
      protocol,
      sources: [client(0)],
      destination: service(0),
      port: servicePort,
      parallel: 4,
    };
    const byNodePort = { ...way, sources: [client(1)], destination: addresses.node, port: nodePort ?? 0 };
    return [
      startConnections(node, { ...way, sources: [onNode(0)] }),
      startConnections(clients, way),
      ...(nodePort === undefined ? [] : [startConnections(clients, byNodePort)]),
    ];
  });
  return {
    stop: async (least) => (await Promise.all(running.map(({ stop }) => stop(least)))).flat(),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
