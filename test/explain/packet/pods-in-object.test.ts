import { describe, expect, test } from 'vitest';
import { podsInObject } from '../../../src/explain/packet/pods-in-object.ts';

const pod = {
  kind: 'Pod',
  metadata: { name: 'cli', namespace: 'shop' },
  status: { podIP: '10.244.1.5', podIPs: [{ ip: '10.244.1.5' }, { ip: 'fd00:10:244:1:0::5' }] },
};

const slice = {
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop' },
  endpoints: [
    { addresses: ['10.244.1.11'], targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' } },
    { addresses: ['10.244.1.12'], targetRef: { kind: 'Pod', name: 'web-2' } },
    { addresses: ['192.168.50.10'], targetRef: { kind: 'Node', name: 'harbour' } },
    { addresses: ['192.0.2.1'] },
  ],
};

const web1 = { namespace: 'shop', name: 'web-1', addresses: ['10.244.1.11'] };
const web2 = { namespace: 'shop', name: 'web-2', addresses: ['10.244.1.12'] };
const cli = { namespace: 'shop', name: 'cli', addresses: ['10.244.1.5', 'fd00:10:244:1::5'] };

describe('the pods that an object tells of', () => {
  test.each([
    ['a Pod', pod, [cli]],
    [
      'a Pod of a cluster of one family',
      { ...pod, status: { podIP: '10.244.1.5' } },
      [{ ...cli, addresses: ['10.244.1.5'] }],
    ],
    ['a Pod without an address yet', { ...pod, status: {} }, []],
    ['an EndpointSlice', slice, [web1, web2]],
    ['a List', { kind: 'List', items: [pod, slice] }, [cli, web1, web2]],
    [
      'a List of the API server, whose items have no kind',
      { kind: 'PodList', items: [{ ...pod, kind: undefined }] },
      [cli],
    ],
    ['another object', { kind: 'Service', metadata: { name: 'web' } }, []],
    [
      'garbage',
      {
        kind: 'EndpointSlice',
        endpoints: [
          7,
          { targetRef: 'x' },
          { targetRef: { kind: 'Pod', name: '../x' }, addresses: ['10.0.0.1'] },
        ],
      },
      [],
    ],
    ['nothing', null, []],
  ])('%s', (_, object, expected) => {
    expect([...podsInObject(object)]).toEqual(expected);
  });
});
