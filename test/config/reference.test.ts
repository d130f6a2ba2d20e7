import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flags } from '../../src/config/flags/flags.ts';
import { formatConfig } from '../../src/config/format-config.ts';
import { resolveText } from '../support/config/resolve.ts';

const reference = new URL('../../../shared/reference/', import.meta.url);
const absent = !existsSync(reference);
const reason = absent ? ' (skipped: ../shared/reference is absent)' : '';

function read(name: string): string {
  return readFileSync(new URL(name, reference), 'utf8');
}

describe.skipIf(absent)(`kube-proxy's own answers${reason}`, () => {
  test.each(['iptables', 'nftables'])('its configuration in %s mode is ours, field by field', (mode) => {
    const served = JSON.parse(read(`configz-${mode}.json`))['kubeproxy.config.k8s.io'];
    const { config, notices } = resolveText(JSON.stringify(served));
    expect(formatConfig(config)).toEqual(served);
    expect(notices).toEqual([]);
  });

  test('the same input gives the same configuration', () => {
    const written = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
hostnameOverride: node-0
mode: nftables
clusterCIDR: 10.244.0.0/16
clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}
logging: {verbosity: 2}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
`;
    const served = JSON.parse(read('configz-nftables.json'))['kubeproxy.config.k8s.io'];
    // Portolan does not wait between two syncs unless it is told to.
    served.nftables.minSyncPeriod = '0s';
    expect(formatConfig(resolveText(written).config)).toEqual(served);
  });

  test('every flag is there, with its type and shorthand', () => {
    const deprecated = ['healthz-port', 'metrics-port'];
    const ours = flags
      .filter(({ name }) => !deprecated.includes(name) && name !== 'help')
      .map((flag) => ({
        flag: `--${flag.name}`,
        ...('short' in flag ? { short: `-${flag.short}` } : {}),
        type: flag.type,
      }));
    const theirs: { flag: string }[] = JSON.parse(read('flags.json')).flags;
    expect(ours.toSorted(byFlag)).toEqual(theirs.filter(({ flag }) => flag !== '--help').toSorted(byFlag));
  });

  test('every default is the same, but for the wait between two syncs', () => {
    const given = ['v', 'config', 'iptables-min-sync-period'];
    const lines = read('flagz.txt').matchAll(/^([a-z-]+): ?(.*)$/gm);
    const theirs = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value.trim()]));
    const ours = Object.fromEntries(flags.map((flag) => [flag.name, flag.default]));
    for (const name of given) {
      delete theirs[name];
      delete ours[name];
    }
    expect(ours).toEqual(theirs);
  });
});

function byFlag(a: { flag: string }, b: { flag: string }): number {
  return a.flag.localeCompare(b.flag);
}
