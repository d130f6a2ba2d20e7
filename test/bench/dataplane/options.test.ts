import { describe, expect, test } from 'vitest';
import { placementOn } from '../../../bench/dataplane/cpus.ts';
import { dataplaneOptions } from '../../../bench/dataplane/options.ts';

describe('the options of the data plane benchmark', () => {
  test('measure all modes at three sizes by default', () => {
    expect(dataplaneOptions([], {})).toMatchObject({
      services: [10, 1_000, 10_000],
      modes: ['iptables-nft', 'iptables-legacy', 'nftables'],
    });
  });

  test('are taken from the arguments, each size and mode once', () => {
    const args = ['--seconds', '2', '--rounds=3', '--services', '10,500,10', '--modes', 'nftables,nftables'];
    expect(dataplaneOptions(args, {})).toEqual({
      seconds: 2,
      rounds: 3,
      services: [10, 500],
      modes: ['nftables'],
      kubeProxy: undefined,
    });
  });

  test('measure the kube-proxy that KUBE_PROXY names, and wait five minutes for its rules', () => {
    const environment = { KUBE_PROXY: '/opt/kube-proxy' };
    expect(dataplaneOptions([], environment).kubeProxy).toEqual({ binary: '/opt/kube-proxy', seconds: 300 });
    expect(dataplaneOptions(['--kube-proxy-seconds', '60'], environment).kubeProxy?.seconds).toBe(60);
  });

  test('take an empty KUBE_PROXY for none', () => {
    expect(dataplaneOptions([], { KUBE_PROXY: '' }).kubeProxy).toBeUndefined();
  });

  test.each([
    [['--seconds', '0'], '--seconds: must be a whole number from 1 to 600, got "0"'],
    [['--rounds', '1.5'], '--rounds: must be a whole number from 1 to 100, got "1.5"'],
    [['--services', '10,'], '--services: must be a whole number from 1 to 100000, got ""'],
    [['--modes', 'ipvs'], '--modes: allowed are iptables-nft, iptables-legacy, nftables, got "ipvs"'],
    [['--kube-proxy-seconds', '0'], '--kube-proxy-seconds: must be a whole number from 1 to 3600, got "0"'],
    [['--second', '1'], "Unknown option '--second'"],
  ])('are refused: %j', (args, message) => {
    expect(() => dataplaneOptions(args, {})).toThrow(message);
  });
});

describe('client and server have CPUs of their own', () => {
  test.each([
    ['0-1', { client: '0', server: '1' }],
    ['0,2', { client: '0', server: '2' }],
    ['3-7,9', { client: '3', server: '4' }],
    ['2,4-7', { client: '2', server: '4' }],
  ])('on %s', (list, expected) => {
    expect(placementOn(list)).toEqual(expected);
  });

  test('unless there is only one', () => {
    expect(placementOn('5')).toEqual({ client: '5', server: '5' });
  });
});
