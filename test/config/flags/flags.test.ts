import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addFlags, readFlags } from '../../../src/config/flags/add-flags.ts';
import { type FlagValues, flags } from '../../../src/config/flags/flags.ts';
import { nodeName } from '../../../src/config/node-name.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { faultsOf, resolveFile } from '../../support/config/resolve.ts';

function commandWithFlags(): Command {
  return addFlags(new Command('portolan'), '1.2.3')
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
}

function parse(...args: readonly string[]): FlagValues {
  return readFlags(commandWithFlags().parse(args, { from: 'user' }));
}

describe('flags are read as kube-proxy reads them', () => {
  test.each<[string[], FlagValues]>([
    [[], {}],
    [['-v', '4'], { v: 4 }],
    [['-v4'], { v: 4 }],
    [['-v=4'], { v: 4 }],
    [['--v=4'], { v: 4 }],
    [['--v', '4'], { v: 4 }],
    [['--masquerade-all'], { 'masquerade-all': true }],
    [['--masquerade-all', '-v', '4'], { 'masquerade-all': true, v: 4 }],
    [['--masquerade-all=true'], { 'masquerade-all': true }],
    [['--masquerade-all=F'], { 'masquerade-all': false }],
    [['--proxy-mode=iptables', '--proxy-mode', 'nftables'], { 'proxy-mode': 'nftables' }],
    [
      ['--nodeport-addresses=10.0.0.0/8,fd00::/64', '--nodeport-addresses', '11.0.0.0/8'],
      { 'nodeport-addresses': ['10.0.0.0/8', 'fd00::/64', '11.0.0.0/8'] },
    ],
    [['--feature-gates=A=true', '--feature-gates=B=false'], { 'feature-gates': { A: true, B: false } }],
    [['--conntrack-min', '0'], { 'conntrack-min': 0 }],
    [['--oom-score-adj=-5'], { 'oom-score-adj': -5 }],
    [['--kube-api-qps=0.5'], { 'kube-api-qps': 0.5 }],
    [['--config-sync-period=1h2m3.5s'], { 'config-sync-period': '1h2m3.5s' }],
    [['--bind-address='], { 'bind-address': '' }],
    [['--healthz-bind-address=[::]:80'], { 'healthz-bind-address': '[::]:80' }],
    [['--vmodule=a*=3,b=4'], { vmodule: 'a*=3,b=4' }],
    [['--log-json-info-buffer-size=1Ki'], { 'log-json-info-buffer-size': '1Ki' }],
  ])('%j', (args, expected) => {
    expect(parse(...args)).toEqual(expected);
  });

  test.each([
    ['--bind-address=node-1', '--bind-address', 'IP address'],
    ['--healthz-bind-address=localhost:80', '--healthz-bind-address', 'IP:port'],
    ['--masquerade-all=maybe', '--masquerade-all', 'true or false'],
    ['--conntrack-min=many', '--conntrack-min', 'integer'],
    ['--conntrack-min=2147483648', '--conntrack-min', 'integer of 32 bits'],
    ['--kube-api-qps=', '--kube-api-qps', 'number'],
    ['--iptables-sync-period=30', '--iptables-sync-period', 'duration'],
    ['--feature-gates=A', '--feature-gates', 'Name=true or Name=false'],
    ['--v=-1', '--v', 'integer from 0 up'],
    ['--vmodule=a', '--vmodule', 'gopher*=3'],
    ['--log-text-info-buffer-size=big', '--log-text-info-buffer-size', 'size in bytes'],
    ['--proxy-modes', '--proxy-modes', '--proxy-mode?'],
  ])('%s is refused by name, with what is allowed', (argument, name, allowed) => {
    expect(() => parse(argument)).toThrow(name);
    expect(() => parse(argument)).toThrow(allowed);
  });

  test('--version prints the version', () => {
    const written: string[] = [];
    const command = commandWithFlags().configureOutput({ writeOut: (text) => written.push(text) });
    expect(() => command.parse(['--version'], { from: 'user' })).toThrow();
    expect(written).toEqual(['1.2.3\n']);
  });

  test('the help shows what has an effect, and not the rest', () => {
    const help = commandWithFlags().helpInformation();
    expect(help).toContain('--proxy-mode <mode>');
    expect(help).toContain('Conntrack:');
    expect(help).not.toMatch(/ipvs-|--healthz-port|--machine-id-file|--vmodule/);
  });
});

describe('without a file, flags are the configuration', () => {
  const resolve = (values: FlagValues) => resolveConfig({ flags: values });

  test.each<[FlagValues, object]>([
    [{ 'proxy-mode': 'nftables' }, { mode: 'nftables', nodePortAddresses: { kind: 'primary' } }],
    [{ 'masquerade-all': true }, { iptables: { masqueradeAll: true }, nftables: { masqueradeAll: false } }],
    [
      { 'proxy-mode': 'nftables', 'masquerade-all': true },
      { iptables: { masqueradeAll: false }, nftables: { masqueradeAll: true } },
    ],
    [
      { 'proxy-mode': 'nftables', 'iptables-sync-period': '1m', 'iptables-min-sync-period': '2s' },
      { nftables: { syncPeriod: 60_000, minSyncPeriod: 2_000 } },
    ],
    [{ 'iptables-min-sync-period': '0s' }, { iptables: { minSyncPeriod: 0 } }],
    [{ 'iptables-localhost-nodeports': false }, { iptables: { localhostNodePorts: false } }],
    [{ 'kube-api-qps': 0, 'kube-api-burst': 0 }, { clientConnection: { qps: 0, burst: 0 } }],
    [{ kubeconfig: '/k' }, { clientConnection: { kubeconfig: '/k' } }],
    [{ 'cluster-cidr': '10.0.0.0/8' }, { detectLocal: { cidrs: { IPv4: '10.0.0.0/8' } } }],
    [
      { 'detect-local-mode': 'BridgeInterface', 'pod-bridge-interface': 'cni0' },
      { detectLocal: { mode: 'BridgeInterface', interface: 'cni0' } },
    ],
    [{ 'nodeport-addresses': ['primary'] }, { nodePortAddresses: { kind: 'primary' } }],
    [{ 'hostname-override': ' Node-1 ' }, { hostnameOverride: 'node-1' }],
    [{ 'hostname-override': '' }, { hostnameOverride: undefined }],
    [{ 'bind-address': '' }, { bindAddress: '0.0.0.0' }],
    [
      { 'bind-address': '::' },
      {
        bindAddress: '::',
        healthzBindAddress: { address: '0.0.0.0' },
        metricsBindAddress: { address: '127.0.0.1' },
      },
    ],
    [{ 'healthz-bind-address': '' }, { healthzBindAddress: { address: '0.0.0.0', port: 10_256 } }],
    [
      { 'healthz-port': 0, 'metrics-port': 0 },
      { healthzBindAddress: undefined, metricsBindAddress: undefined },
    ],
    [
      { 'healthz-port': 80, 'healthz-bind-address': '10.0.0.1' },
      { healthzBindAddress: { address: '10.0.0.1', port: 80 } },
    ],
    [
      { 'metrics-port': 80, 'metrics-bind-address': 'fd00::1' },
      { metricsBindAddress: { address: 'fd00::1', port: 80 } },
    ],
    [
      { 'healthz-port': 80, 'healthz-bind-address': '10.0.0.1:90' },
      { healthzBindAddress: { address: '10.0.0.1', port: 90 } },
    ],
    [{ 'healthz-port': 80 }, { healthzBindAddress: { address: '0.0.0.0', port: 10_256 } }],
    [{ 'conntrack-udp-timeout': '30s' }, { conntrack: { udpTimeout: 30_000 } }],
    [{ v: 4, 'logging-format': 'json' }, { logging: { verbosity: 4, format: 'json' } }],
  ])('%j', (values, expected) => {
    expect(resolve(values).config).toMatchObject(expected);
  });

  test.each<[FlagValues, string]>([
    [{ 'proxy-mode': 'ipvs' }, 'flag --proxy-mode: must be iptables or nftables'],
    [{ 'iptables-masquerade-bit': 32 }, 'flag --iptables-masquerade-bit: must be an integer from 0 to 31'],
    [{ 'iptables-sync-period': '0s' }, 'flag --iptables-sync-period: must be greater than 0'],
    [
      { 'iptables-min-sync-period': '1m' },
      'flag --iptables-sync-period: must be at least minSyncPeriod (1m0s)',
    ],
    [{ 'config-sync-period': '0s' }, 'flag --config-sync-period: must be greater than 0'],
    [{ 'cluster-cidr': 'x' }, 'flag --cluster-cidr: must hold CIDRs'],
    [{ 'nodeport-addresses': ['x'] }, 'flag --nodeport-addresses: must be a CIDR'],
    [{ 'detect-local-mode': 'BridgeInterface' }, 'flag --pod-bridge-interface: must be set'],
    [{ 'hostname-override': ' ' }, 'flag --hostname-override: must be the name of a Node'],
    [
      { 'healthz-bind-address': '0.0.0.0', 'healthz-port': 65_536 },
      'flag --healthz-bind-address: must be IP:port',
    ],
  ])('%j is refused by the name of the flag', (values, fault) => {
    expect(faultsOf(() => resolve(values))).toEqual([expect.stringContaining(fault)]);
  });

  test.each<[FlagValues, string]>([
    [{ 'ipvs-scheduler': 'rr' }, '--ipvs-scheduler has no effect'],
    [{ 'boot-id-file': '/x' }, '--boot-id-file has no effect'],
    [{ profiling: true }, '--profiling has no effect'],
    [{ vmodule: 'a=1' }, '--vmodule has no effect'],
    [{ 'healthz-port': 10_256 }, '--healthz-port is deprecated'],
    [{ 'proxy-mode': 'nftables', 'iptables-masquerade-bit': 13 }, '--iptables-masquerade-bit has no effect'],
  ])('%j is accepted with a notice', (values, notice) => {
    expect(resolve({ 'cluster-cidr': '10.0.0.0/8', ...values }).notices).toEqual([
      expect.stringContaining(notice),
    ]);
  });
});

describe('a file takes the place of flags', () => {
  const lines =
    'mode: nftables\nclusterCIDR: 10.0.0.0/8\nhostnameOverride: from-file\nlogging: {verbosity: 2}';

  test('whose settings are then ignored, even faulty ones, with one notice', () => {
    const { config, notices } = resolveFile(lines, {
      'proxy-mode': 'ipvs',
      kubeconfig: '/k',
      'healthz-port': 0,
    });
    expect(config).toEqual(resolveFile(lines).config);
    expect(notices).toEqual([
      '--proxy-mode, --kubeconfig, --healthz-port have no effect: the configuration file takes the place of these flags',
    ]);
  });

  test('but not of those for logging and the name of the node', () => {
    const { config, notices } = resolveFile(lines, { 'hostname-override': 'From-Flag', v: 5 });
    expect(config.hostnameOverride).toBe('from-flag');
    expect(config.logging).toEqual({ format: 'text', verbosity: 5 });
    expect(notices).toEqual([]);
  });

  test('a fault in such a flag is named by the flag, next to those of the file', () => {
    expect(faultsOf(() => resolveFile('mode: x', { 'logging-format': 'xml' }))).toEqual([
      expect.stringMatching(/^proxy\.yaml: mode: /),
      expect.stringMatching(/^flag --logging-format: must be text or json/),
    ]);
  });

  test('and flags that the command acts on stay without a notice', () => {
    expect(
      resolveFile(lines, { config: 'x', cleanup: true, master: 'https://x', 'write-config-to': 'y' }).notices,
    ).toEqual([]);
  });
});

describe('the name of the node', () => {
  test.each([
    [undefined, ' Host-1\n', 'host-1'],
    ['node-1', 'host-1', 'node-1'],
  ])('hostnameOverride %s on host %j', (hostnameOverride, hostname, expected) => {
    expect(nodeName({ hostnameOverride }, hostname)).toBe(expected);
  });

  test('a host without a name is refused', () => {
    expect(faultsOf(() => nodeName({ hostnameOverride: undefined }, ' '))).toEqual([
      expect.stringContaining('set hostnameOverride'),
    ]);
  });
});

test('no flag is twice in the table', () => {
  expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
});
