import { describe, expect, test } from 'vitest';
import { formatConfig } from '../../src/config/format-config.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { resolveFile } from '../support/config/resolve.ts';

describe('the formatted configuration', () => {
  test('of a server that a flag disabled is empty', () => {
    const { config } = resolveConfig({ flags: { 'healthz-port': 0, 'metrics-port': 0 } });
    expect(formatConfig(config)).toMatchObject({ healthzBindAddress: '', metricsBindAddress: '' });
  });

  test('has the periods of the mode in use only, as kube-proxy has', () => {
    expect(formatConfig(resolveFile('mode: nftables\nnftables: {masqueradeAll: true}').config)).toMatchObject(
      {
        iptables: { masqueradeAll: false, syncPeriod: '0s', minSyncPeriod: '0s' },
        nftables: { masqueradeAll: true, syncPeriod: '30s', minSyncPeriod: '0s' },
      },
    );
  });
});
