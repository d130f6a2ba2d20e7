import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addFlags, readFlags } from '../../src/config/flags/add-flags.ts';
import type { FlagValues } from '../../src/config/flags/flags.ts';
import { type ResolvedConfig, resolveConfig } from '../../src/config/resolve-config.ts';
import { resolveFile } from '../support/config/resolve.ts';

const configsPath = join(import.meta.dirname, '../../fixtures/configs');

/** What comes out of each folder's files where they say anything; the rest is as if they were not there. */
const expected: Readonly<Record<string, object>> = {
  kubeadm: {
    detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.244.0.0/16' } },
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf', qps: 5, burst: 10 },
  },
  kind: {
    detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.244.0.0/16' } },
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf', qps: 5, burst: 10 },
    conntrack: { ...resolveFile('').config.conntrack, maxPerCore: 0 },
    iptables: { ...resolveFile('').config.iptables, minSyncPeriod: 1000 },
  },
  'kind-nftables': {
    ...resolveFile('mode: nftables').config,
    detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.244.0.0/16', IPv6: 'fd00:10:244::/56' } },
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf', qps: 5, burst: 10 },
    conntrack: { ...resolveFile('').config.conntrack, maxPerCore: 0 },
  },
  k3s: {
    detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.42.0.0/16' } },
    clientConnection: {
      kubeconfig: '/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig',
      qps: 5,
      burst: 10,
    },
    conntrack: {
      ...resolveFile('').config.conntrack,
      maxPerCore: 0,
      tcpEstablishedTimeout: 0,
      tcpCloseWaitTimeout: 0,
    },
    healthzBindAddress: { address: '127.0.0.1', port: 10_256 },
    hostnameOverride: 'harbour',
  },
  cloud: {
    detectLocal: { mode: 'ClusterCIDR', cidrs: { IPv4: '10.0.0.0/8' } },
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig', qps: 5, burst: 10 },
    metricsBindAddress: { address: '0.0.0.0', port: 10_249 },
    oomScoreAdj: -998,
    hostnameOverride: 'ip-10-0-0-1.ec2.internal',
    logging: { format: 'text', verbosity: 2 },
  },
};

describe('the configurations that installers write are taken as they stand', () => {
  test('there is one for each expectation', () => {
    const folders = readdirSync(configsPath).filter((name) => name !== 'README.md');
    expect(folders.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s', (name, differences) => {
    const { config, notices } = resolveFolder(name);
    expect(config).toEqual({ ...resolveFile('').config, ...differences });
    expect(notices).toEqual([]);
  });
});

function resolveFolder(name: string): ResolvedConfig {
  const path = join(configsPath, name, 'config.conf');
  const file = existsSync(path) ? { path, text: readFileSync(path, 'utf8') } : undefined;
  return resolveConfig({ file, flags: flagsOf(join(configsPath, name, 'args')) });
}

/** The arguments of a file, one a line, as the command line would give them. */
function flagsOf(path: string): FlagValues {
  const args = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return readFlags(addFlags(new Command('portolan').exitOverride(), '0').parse(args, { from: 'user' }));
}
