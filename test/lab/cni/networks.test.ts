import { describe, expect, test } from 'vitest';
import { hasOperation } from '../../../src/lab/cni/network-list.ts';
import { podNetwork } from '../../../src/lab/cni/networks.ts';
import { parseCidr } from '../../../src/net/cidr.ts';

const podCidrs = ['10.244.1.0/24', 'fd00:244:0:1::/64'].flatMap((text) => parseCidr(text) ?? []);
const common = { podCidrs, dataDir: '/data', mtu: 1450, hasPortmap: false } as const;
const ipam = {
  type: 'host-local',
  dataDir: '/data',
  ranges: [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00:244:0:1::/64' }]],
};

describe("the pods' network of a node", () => {
  test('is made by the plugin of this package', () => {
    expect(podNetwork({ ...common, cni: 'portolan', version: '1.1.0' })).toEqual({
      cniVersion: '1.1.0',
      name: 'lab',
      plugins: [{ type: 'portolan', bridge: 'cni0', mtu: 1450, ipam }],
    });
  });

  test('is made by the reference plugins, which do not masquerade', () => {
    const { plugins } = podNetwork({ ...common, cni: 'reference', version: '1.0.0' });
    expect(plugins).toEqual([
      { type: 'bridge', bridge: 'cni0', isDefaultGateway: true, hairpinMode: true, mtu: 1450, ipam },
    ]);
  });

  test('has host ports where there is a plugin for them', () => {
    const { plugins } = podNetwork({ ...common, hasPortmap: true, cni: 'portolan', version: '1.0.0' });
    expect(plugins.at(-1)).toEqual({ type: 'portmap', capabilities: { portMappings: true }, snat: true });
  });
});

test.each([
  ['0.3.1', []],
  ['0.4.0', ['CHECK']],
  ['1.0.0', ['CHECK']],
  ['1.1.0', ['CHECK', 'GC', 'STATUS']],
] as const)('CNI %s has the operations %j', (cniVersion, expected) => {
  const operations = ['CHECK', 'GC', 'STATUS'] as const;
  const list = { cniVersion, name: 'net', plugins: [] };
  expect(operations.filter((operation) => hasOperation(list, operation))).toEqual(expected);
});
