import { describe, expect, test } from 'vitest';
import { judgeRoutes } from '../../../../src/doctor/node/network/routes.ts';
import type { FoundRoute } from '../../../../src/kernel/node/machine.ts';
import { address, network } from '../../../support/doctor/node/interfaces.ts';

const by = (device: string): FoundRoute => ({ device, gateway: undefined, source: undefined });
const service = { address: address('10.96.0.10'), network: network('10.96.0.0/16'), route: by('eth0') };
const pod = (text: string, route: FoundRoute | undefined, behind = 'cni0') => ({
  address: address(text),
  behind,
  route,
});

function judge(
  pods: readonly ReturnType<typeof pod>[],
  services: Parameters<typeof judgeRoutes>[0]['services'] = [service],
) {
  return judgeRoutes({ services, pods, uplinks: ['eth0'] });
}

describe('what is normal', () => {
  test('Services by the default route, pods by their interfaces', () => {
    expect(judge([pod('10.244.0.5', by('cni0'))])).toMatchObject([
      { severity: 'ok', finding: '10.96.0.10 by eth0, 1 pod address by their own interfaces' },
    ]);
  });
  test("an interface of the CNI plugin's own that takes packets for pods (Cilium)", () => {
    expect(judge([pod('10.244.0.5', by('cilium_host'), 'lxc1')])).toMatchObject([{ severity: 'ok' }]);
  });
  test('neither Services nor pods', () => expect(judge([], [])).toEqual([]));
});

describe('what is wrong', () => {
  test('no route to Services', () => {
    expect(judge([], [{ ...service, route: undefined }])).toMatchObject([
      {
        severity: 'fault',
        looked: 'ip route get 10.96.0.10: no route',
        next: expect.stringContaining('ip route add 10.96.0.0/16 dev'),
      },
    ]);
  });
  test('a route to pods that leads out of the node: one finding for all of them', () => {
    const pods = ['10.244.0.5', '10.244.0.6', '10.244.0.7', '10.244.0.8'].map((text) =>
      pod(text, by('eth0')),
    );
    expect(judge(pods)).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining(
          'the route to 10.244.0.5, 10.244.0.6, 10.244.0.7 and 1 more leads to eth0',
        ),
      },
    ]);
  });
  test('no route to a pod', () => {
    expect(judge([pod('10.244.0.5', undefined)])).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('leads nowhere') },
    ]);
  });
});
