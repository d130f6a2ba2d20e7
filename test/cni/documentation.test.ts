import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../src/cni/protocol/cni-error.ts';
import { testMachine } from '../support/cni/machine.ts';
import { codeBlocks, readDocument } from '../support/docs/documents.ts';

const text = readDocument('docs/cni.md');

test('the example is a configuration that the plugin takes', async () => {
  const [example] = codeBlocks(text).filter(({ language }) => language === 'json');
  const { cniVersion, name, plugins } = JSON.parse(example?.code ?? '');
  const machine = testMachine();
  const answer = await machine.call('ADD', { input: JSON.stringify({ cniVersion, name, ...plugins[0] }) });
  expect(answer).toMatchObject({ status: 0, output: { ips: [{}, {}] } });
  expect(machine.node.namespace().links).toMatchObject([
    { name: 'cni0', mtu: 1450 },
    { kind: 'veth', mtu: 1450 },
  ]);
});

describe('the tables', () => {
  test('have each code of an error that is not the specification’s own', () => {
    const said = Array.from(text.matchAll(/^\| (\d+) \|/gm), ([, code]) => Number(code));
    expect(said).toEqual(expect.arrayContaining(Object.values(errorCodes).filter((code) => code >= 100)));
  });

  test.for([
    ...[
      'bridge',
      'isGateway',
      'isDefaultGateway',
      'forceAddress',
      'hairpinMode',
      'portIsolation',
      'mtu',
      'uplink',
    ],
    ...[
      'encapsulation',
      'ipam',
      'dns',
      'ranges',
      'subnet',
      'rangeStart',
      'rangeEnd',
      'gateway',
      'routes',
      'dataDir',
      'resolvConf',
    ],
  ])('have the field %s', (field) => {
    expect(text).toMatch(new RegExp(`^\\| [^|]*\`${field}\``, 'm'));
  });
});
