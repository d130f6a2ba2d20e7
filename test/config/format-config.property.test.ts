import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatConfig } from '../../src/config/format-config.ts';
import { resolveFile, resolveText } from '../support/config/resolve.ts';

const durations = fc.constantFrom('0s', '1s', '1.5s', '30s', '10m', '5h0m0.000001s');

// Documents of fields that are valid in any combination.
const documents = fc.record(
  {
    mode: fc.constantFrom('', 'iptables', 'nftables'),
    iptables: fc.record(
      {
        masqueradeBit: fc.integer({ min: 0, max: 31 }),
        masqueradeAll: fc.boolean(),
        localhostNodePorts: fc.boolean(),
        syncPeriod: fc.constantFrom('0s', '10s', '1h'),
        minSyncPeriod: fc.constantFrom('0s', '10ms', '9.5s'),
      },
      { requiredKeys: [] },
    ),
    nftables: fc.record(
      {
        masqueradeBit: fc.integer({ min: 0, max: 31 }),
        masqueradeAll: fc.boolean(),
        syncPeriod: durations.filter((text) => !['1s', '1.5s'].includes(text)),
      },
      { requiredKeys: [] },
    ),
    detectLocalMode: fc.constantFrom('', 'ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'),
    detectLocal: fc.constant({ bridgeInterface: 'cni0', interfaceNamePrefix: 'veth' }),
    clusterCIDR: fc.constantFrom('', '10.0.0.0/8', 'fd00::/64', 'fd00::/64,10.0.0.7/8'),
    nodePortAddresses: fc.constantFrom(null, [], ['primary'], ['10.0.0.0/8', 'fd00::/64']),
    conntrack: fc.record(
      {
        maxPerCore: fc.nat(),
        min: fc.nat(),
        tcpEstablishedTimeout: durations,
        tcpCloseWaitTimeout: durations,
        tcpBeLiberal: fc.boolean(),
        udpTimeout: durations,
        udpStreamTimeout: durations,
      },
      { requiredKeys: [] },
    ),
    hostnameOverride: fc.constantFrom('', 'Node-1', 'a.b'),
    bindAddress: fc.constantFrom('', '0.0.0.0', '::', 'fd00::1'),
    healthzBindAddress: fc.constantFrom('', '10.0.0.1', '[::1]:80'),
    metricsBindAddress: fc.constantFrom('', '10.0.0.1:9', '::1'),
    bindAddressHardFail: fc.boolean(),
    configSyncPeriod: durations,
    oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
    clientConnection: fc.record({
      kubeconfig: fc.string(),
      qps: fc.constantFrom(-1, 0, 0.5, 50),
      burst: fc.nat({ max: 100 }),
    }),
    logging: fc.record({ format: fc.constantFrom('', 'text', 'json'), verbosity: fc.nat() }),
    portRange: fc.string(),
    enableProfiling: fc.boolean(),
    ipvs: fc.record({ strictARP: fc.boolean(), excludeCIDRs: fc.constantFrom(null, [], ['10.0.0.0/8']) }),
  },
  { requiredKeys: ['detectLocal'] },
);

test('the formatted configuration reads as the same configuration, with no notice that the file had not', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const { config, notices } = resolveFile(yaml(document));
      const again = resolveText(JSON.stringify(formatConfig(config)));
      expect(again.config).toEqual(config);
      expect(fieldsIn(notices)).toEqual(expect.arrayContaining(fieldsIn(again.notices)));
    }),
  );
});

/** The fields that notices are about: they stand at the start, separated by commas. */
function fieldsIn(notices: readonly string[]): string[] {
  return notices.flatMap((notice) => notice.replace(/ (?:has|have|is) .*$/, '').split(', '));
}

// One JSON value a line is YAML.
function yaml(document: object): string {
  return Object.entries(document)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}
