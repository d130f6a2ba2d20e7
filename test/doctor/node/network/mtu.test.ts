import { describe, expect, test } from 'vitest';
import { judgeMtu } from '../../../../src/doctor/node/network/mtu.ts';
import type { Interface } from '../../../../src/kernel/node/machine.ts';
import type { Family } from '../../../../src/net/family.ts';
import { address, link, port } from '../../../support/doctor/node/interfaces.ts';

interface Node {
  readonly uplink?: number;
  readonly overlay?: Interface | 'none';
  readonly underlayFamily?: Family;
  readonly bridge?: number;
  readonly host?: number;
  /** Inside the pod; `undefined` where it cannot be seen. */
  readonly pod?: number | undefined;
  readonly families?: readonly Family[];
}

const tunnel = (kind: string, mtu: number) => link(`${kind}0`, { kind, mtu });

function judge({
  uplink = 1500,
  overlay = tunnel('vxlan', 1450),
  underlayFamily = 'IPv4',
  bridge = 1450,
  host = 1450,
  families = ['IPv4'],
  ...rest
}: Node) {
  const pod = 'pod' in rest ? rest.pod : host;
  const eth0 = link('eth0', { mtu: uplink });
  return judgeMtu({
    families,
    roles: {
      uplinks: [eth0],
      bridges: [
        {
          bridge: link('cni0', { kind: 'bridge', mtu: bridge }),
          ports: [port('veth0', 'cni0', { mtu: host })],
        },
      ],
      routedPods: [],
      tunnels: overlay === 'none' ? [] : [overlay],
    },
    pods: {
      interfaces:
        pod === undefined
          ? []
          : [{ host: 'veth0', name: 'eth0', mtu: pod, mac: undefined, addresses: [address('10.244.0.5')] }],
      hidden: pod === undefined ? 'the pod cannot be seen' : undefined,
    },
    overlays: overlay === 'none' ? [] : [{ tunnel: overlay, underlay: eth0, underlayFamily }],
  });
}

describe('what fits', () => {
  test('says each step', () => {
    expect(judge({})).toEqual([
      {
        severity: 'ok',
        looked: 'pods 1450, cni0 1450, vxlan0 1450, eth0 1500',
        finding: 'pods 1450 → cni0 1450 → vxlan0 1450 → eth0 1500',
      },
    ]);
  });
  const cases: Record<string, Node> = {
    'no overlay': { overlay: 'none', bridge: 1500, host: 1500 },
    'jumbo frames': { uplink: 9001, overlay: 'none', bridge: 9001, host: 9001 },
    'less than could be': { overlay: tunnel('vxlan', 1400), host: 1400, bridge: 1400 },
    'a pod that cannot be seen': { pod: undefined },
    'a bridge that is smaller than its ports': { bridge: 1400 },
  };
  test.each(Object.entries(cases))('%s', (_, node) => {
    expect(judge(node).map(({ severity }) => severity)).toEqual(['ok']);
  });
});

describe('room in an overlay', () => {
  test.each([
    { kind: 'vxlan', family: 'IPv4', room: 1450 },
    { kind: 'vxlan', family: 'IPv6', room: 1430 },
    { kind: 'geneve', family: 'IPv4', room: 1450 },
    { kind: 'ipip', family: 'IPv4', room: 1480 },
    { kind: 'wireguard', family: 'IPv4', room: 1440 },
    { kind: 'wireguard', family: 'IPv6', room: 1420 },
  ] as const)('$kind on $family has $room of 1500 bytes', ({ kind, family, room }) => {
    const sizes = { underlayFamily: family, host: 1280, bridge: 1280 };
    expect(judge({ ...sizes, overlay: tunnel(kind, room) })[0]?.severity).toBe('ok');
    expect(judge({ ...sizes, overlay: tunnel(kind, room + 1) })).toMatchObject([
      { severity: 'fault', next: expect.stringContaining(`ip link set dev ${kind}0 mtu ${room},`) },
    ]);
  });
});

describe('what does not fit, with the value that it should have', () => {
  const cases: Record<string, { readonly node: Node; readonly severity: string; readonly next: string }> = {
    'pods that are larger than the overlay': {
      node: { host: 1500, bridge: 1500 },
      severity: 'warning',
      next: 'set the MTU of pods to 1450',
    },
    'pods that are larger than the uplink': {
      node: { overlay: 'none', uplink: 1400 },
      severity: 'warning',
      next: 'set the MTU of pods to 1400',
    },
    "a pod's end that is larger than the node's": {
      node: { host: 1400, bridge: 1400, pod: 1450 },
      severity: 'fault',
      next: 'ip link set dev veth0 mtu 1450',
    },
    "a pod's end that is smaller than the node's": {
      node: { host: 1450, pod: 1400 },
      severity: 'warning',
      next: 'ip link set dev veth0 mtu 1400',
    },
    'a bridge that is larger than its ports': {
      node: { bridge: 1500 },
      severity: 'warning',
      next: 'ip link set dev cni0 mtu 1450',
    },
    'too little for IPv6': {
      node: { families: ['IPv6'], overlay: tunnel('vxlan', 1200), host: 1200 },
      severity: 'fault',
      next: 'mtu 1280',
    },
  };
  test.each(Object.entries(cases))('%s', (_, { node, severity, next }) => {
    expect(judge(node)).toContainEqual(
      expect.objectContaining({ severity, next: expect.stringContaining(next) }),
    );
  });
});
