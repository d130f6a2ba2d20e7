import { describe, expect, test } from 'vitest';
import { clusterBenchOptions } from '../../../bench/cluster/options.ts';

describe('the options of the cluster benchmark', () => {
  test('measure Portolan in mode nftables at two sizes by default', () => {
    expect(clusterBenchOptions([])).toEqual({
      sizes: [
        { services: 1_000, endpoints: 10 },
        { services: 10_000, endpoints: 10 },
      ],
      modes: ['nftables'],
      proxies: ['Portolan'],
      changes: 300,
      profile: false,
    });
  });

  test('name sizes, more modes, kube-proxy beside, the changes and a profile', () => {
    const args = ['20x3', '--iptables', '--kube-proxy', '--changes', '50', '--profile'];
    expect(clusterBenchOptions(args)).toEqual({
      sizes: [{ services: 20, endpoints: 3 }],
      modes: ['nftables', 'iptables'],
      proxies: ['Portolan', 'kube-proxy'],
      changes: 50,
      profile: true,
    });
  });

  test.each(['0', '10001', '1.5', 'many', ''])('do not take %j changes', (text) => {
    expect(() => clusterBenchOptions(['--changes', text])).toThrow(`got "${text}"`);
  });

  test('do not take what is no size, or an option that nobody knows', () => {
    expect(() => clusterBenchOptions(['1000'])).toThrow('got "1000"');
    expect(() => clusterBenchOptions(['--rounds', '3'])).toThrow('--rounds');
  });
});
