import { execa } from 'execa';
import type { Pod, Shop } from './shop.ts';

const gateway = '10.244.1.1';
const frontend = { place: 'frontend', address: '10.244.1.10' } as const;
const client = { place: 'client', address: '192.168.50.20/24' } as const;

/** Where a process of the demo runs: each place is a network namespace. */
export type Place = 'node' | 'client' | 'frontend' | `pod-${string}`;

/** Makes a node, a client on the node's network, a pod that asks, and the pods that answer. */
export async function buildNetwork(shop: Shop): Promise<void> {
  const pods = [frontend, ...shop.pods.map((pod) => ({ place: placeOf(pod), address: pod.address }))];
  await ip(
    [],
    [
      ...['node', client.place, ...pods.map((pod) => pod.place)].map((place) => `netns add ${place}`),
      `link add eth0 netns node type veth peer name eth0 netns ${client.place}`,
      ...pods.map(
        (pod, index) => `link add veth${index} netns node type veth peer name eth0 netns ${pod.place}`,
      ),
    ],
  );
  await ip(
    ['-n', 'node'],
    [
      'link set lo up',
      `addr add ${shop.nodeAddress}/24 dev eth0`,
      'link set eth0 up',
      ...pods.flatMap(({ address }, index) => [
        `addr add ${gateway}/32 dev veth${index}`,
        `link set veth${index} up`,
        `route add ${address}/32 dev veth${index}`,
      ]),
    ],
  );
  await ip(
    ['-n', client.place],
    ['link set lo up', `addr add ${client.address} dev eth0`, 'link set eth0 up'],
  );
  for (const { place, address } of pods) {
    await ip(
      ['-n', place],
      [
        'link set lo up',
        `addr add ${address}/32 dev eth0`,
        'link set eth0 up',
        `route add ${gateway} dev eth0 scope link`,
        `route add default via ${gateway}`,
      ],
    );
  }
  await execa(...inside('node', 'tee', '/proc/sys/net/ipv4/ip_forward'), { input: '1' });
}

/** The place of a serving pod. */
export function placeOf(pod: Pod): Place {
  return `pod-${pod.address}`;
}

/** The command and arguments that run a program at a place. */
export function inside(place: Place, program: string, ...args: readonly string[]): [string, string[]] {
  return ['nsenter', [`--net=/run/netns/${place}`, '--', program, ...args]];
}

async function ip(options: readonly string[], lines: readonly string[]): Promise<void> {
  await execa('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
