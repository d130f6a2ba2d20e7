import { describe, expect, test } from 'vitest';
import { shownName } from '../../../src/net/dns/domain-name.ts';
import type { RecordTypeName } from '../../../src/net/dns/numbers.ts';
import type { ResourceRecord } from '../../../src/net/dns/resource-record.ts';
import { serviceObject } from '../../support/apiserver/objects.ts';
import { answer, externalName, headless, indexOf, slice } from '../../support/dns/cluster.ts';

const index = indexOf([
  { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'bare' } },
  serviceObject('web', {
    spec: {
      clusterIPs: ['10.96.0.10', 'fd00:96::a'],
      ports: [
        { name: 'http', protocol: 'TCP', port: 80 },
        { name: 'dns', protocol: 'UDP', port: 53 },
      ],
    },
  }),
  slice('web', [{ addresses: ['10.244.0.1'], hostname: 'one' }]),
  serviceObject('plain', { clusterIP: '10.96.0.11', spec: { ports: [{ port: 80 }] } }),
  headless('pets'),
  slice('pets', [
    { addresses: ['10.244.0.5'], hostname: 'rex' },
    { addresses: ['10.244.0.6'], conditions: { ready: true } },
    { addresses: ['10.244.0.7'], conditions: { ready: false } },
  ]),
  slice('pets', [{ addresses: ['fd00:244::5'], hostname: 'rex' }], {
    ...{
      addressType: 'IPv6',
      metadata: { name: 'pets-6', namespace: 'default', labels: { 'kubernetes.io/service-name': 'pets' } },
    },
  }),
  headless('early', { publishNotReadyAddresses: true }),
  slice('early', [{ addresses: ['10.244.0.8'], conditions: { ready: false } }]),
  headless('gone'),
  slice('gone', [{ addresses: ['10.244.0.9'], conditions: { ready: false } }]),
  externalName('inside', 'web.default.svc.cluster.local'),
  externalName('nowhere', 'none.default.svc.cluster.local'),
  externalName('outside', 'www.example.com'),
  externalName('round', 'about.default.svc.cluster.local'),
  externalName('about', 'round.default.svc.cluster.local'),
  slice('orphan', [{ addresses: ['10.244.0.10'] }]),
  // This server is a pod of it.
  serviceObject('kube-dns', { clusterIP: '10.96.0.53' }),
  slice('kube-dns', [{ addresses: ['10.244.9.9'] }]),
]);

const svc = 'default.svc.cluster.local';

describe.each<[string, RecordTypeName, readonly string[]]>([
  ['dns-version.cluster.local', 'TXT', ['TXT 1.1.0']],
  [`web.${svc}`, 'A', ['A 10.96.0.10']],
  [`web.${svc}`, 'AAAA', ['AAAA fd00:96::a']],
  [`WEB.Default.svc.CLUSTER.local`, 'A', ['A 10.96.0.10']],
  [`_http._tcp.web.${svc}`, 'SRV', [`SRV 80 web.${svc}.`]],
  [`_dns._udp.web.${svc}`, 'SRV', [`SRV 53 web.${svc}.`]],
  [`_http._tcp.web.${svc}`, 'A', ['A 10.96.0.10']],
  [`web.${svc}`, 'SRV', [`SRV 80 web.${svc}.`, `SRV 53 web.${svc}.`]],
  [`one.web.${svc}`, 'A', ['A 10.244.0.1']],
  [`pets.${svc}`, 'A', ['A 10.244.0.5', 'A 10.244.0.6']],
  [`pets.${svc}`, 'AAAA', ['AAAA fd00:244::5']],
  [`rex.pets.${svc}`, 'A', ['A 10.244.0.5']],
  [`rex.pets.${svc}`, 'AAAA', ['AAAA fd00:244::5']],
  [`10-244-0-6.pets.${svc}`, 'A', ['A 10.244.0.6']],
  [`_http._tcp.pets.${svc}`, 'SRV', [`SRV 8080 rex.pets.${svc}.`, `SRV 8080 10-244-0-6.pets.${svc}.`]],
  [`early.${svc}`, 'A', ['A 10.244.0.8']],
  [`inside.${svc}`, 'A', [`CNAME web.${svc}.`, 'A 10.96.0.10']],
  [`inside.${svc}`, 'CNAME', [`CNAME web.${svc}.`]],
  ['10.0.96.10.in-addr.arpa', 'PTR', [`PTR web.${svc}.`]],
  ['5.0.244.10.in-addr.arpa', 'PTR', [`PTR rex.pets.${svc}.`]],
  ['6.0.244.10.IN-ADDR.arpa', 'PTR', [`PTR 10-244-0-6.pets.${svc}.`]],
  [`a.${'0.'.repeat(23)}6.9.0.0.0.0.d.f.ip6.arpa`, 'PTR', [`PTR web.${svc}.`]],
  ['10-244-0-77.default.pod.cluster.local', 'A', ['A 10.244.0.77']],
  ['fd00--7.bare.pod.cluster.local', 'AAAA', ['AAAA fd00::7']],
  ['cluster.local', 'SOA', ['SOA ns.dns.cluster.local.']],
  ['cluster.local', 'NS', [`NS kube-dns.${svc}.`]],
  ['ns.dns.cluster.local', 'A', ['A 10.96.0.53']],
  [`web.${svc}`, 'ANY', ['A 10.96.0.10', 'AAAA fd00:96::a']],
])('%s %s', (name, type, records) => {
  test(`is ${records.join(', ')}`, () => {
    const said = answer(index, name, type);
    expect(said).toMatchObject({
      kind: 'response',
      response: { code: 'NOERROR', authoritative: true, authorities: [] },
    });
    expect(said.kind === 'response' ? said.response.answers.map(shown) : []).toEqual(records);
  });
});

describe('there is a name, but nothing of the type, at', () => {
  test.each<[string, RecordTypeName]>([
    ['cluster.local', 'A'],
    ['svc.cluster.local', 'A'],
    ['svc.cluster.local', 'TXT'],
    ['pod.cluster.local', 'A'],
    ['dns.cluster.local', 'A'],
    ['dns-version.cluster.local', 'A'],
    ['default.svc.cluster.local', 'A'],
    ['bare.svc.cluster.local', 'A'],
    ['bare.pod.cluster.local', 'AAAA'],
    [`_tcp.web.${svc}`, 'SRV'],
    [`web.${svc}`, 'MX'],
    [`plain.${svc}`, 'AAAA'],
    [`inside.${svc}`, 'MX'],
    ['10-244-0-77.default.pod.cluster.local', 'AAAA'],
    ['10-244-0-77.default.pod.cluster.local', 'SRV'],
    ['10.0.96.10.in-addr.arpa', 'A'],
  ])('%s %s', (name, type) => {
    const said = answer(index, name, type);
    expect(said).toMatchObject({
      response: { code: 'NOERROR', authorities: [{ type: 'SOA', minimum: 5, serial: 7 }] },
    });
    expect(
      said.kind === 'response' ? said.response.answers.filter((one) => one.type !== 'CNAME') : undefined,
    ).toEqual([]);
  });
});

describe('there is no name', () => {
  test.each([
    'none.cluster.local',
    'none.svc.cluster.local',
    'none.none.svc.cluster.local',
    `none.${svc}`,
    `gone.${svc}`,
    `orphan.${svc}`,
    `10-244-0-7.pets.${svc}`,
    // It has a hostname.
    `10-244-0-5.pets.${svc}`,
    `none.web.${svc}`,
    `_sctp.web.${svc}`,
    `_tcp.plain.${svc}`,
    `_none._tcp.web.${svc}`,
    `_http._udp.web.${svc}`,
    `http.tcp.web.${svc}`,
    `_._tcp.web.${svc}`,
    `x._http._tcp.web.${svc}`,
    `x.inside.${svc}`,
    '10-244-0.default.pod.cluster.local',
    '10-244-0-256.default.pod.cluster.local',
    'x.10-244-0-1.default.pod.cluster.local',
    '10-244-0-1.none.pod.cluster.local',
    'x.dns-version.cluster.local',
  ])('%s', (name) => {
    const soa = { type: 'SOA' };
    expect(answer(index, name, 'A')).toMatchObject({
      response: { code: 'NXDOMAIN', answers: [], authorities: [soa] },
    });
  });

  test('that an alias leads to: it is told with the alias', () => {
    const response = { code: 'NXDOMAIN', answers: [{ type: 'CNAME' }], authorities: [{ type: 'SOA' }] };
    expect(answer(index, `nowhere.${svc}`, 'A')).toMatchObject({ response });
  });
});

describe('the name is another’s', () => {
  test.each([
    'example.com',
    'local',
    'xcluster.local',
    '1.1.1.1.in-addr.arpa',
    '10.in-addr.arpa',
    '9.0.244.10.in-addr.arpa',
    '10.0.244.10.in-addr.arpa',
    '0.ip6.arpa',
  ])('%s', (name) => {
    expect(answer(index, name, 'PTR')).toEqual({ kind: 'elsewhere' });
  });
});

test('an alias that leads outside says where', () => {
  const said = answer(index, `outside.${svc}`, 'A');
  expect(said.kind === 'alias' ? shownName(said.target) : said).toBe('www.example.com.');
});

test('aliases that lead around end', () => {
  const said = answer(index, `round.${svc}`, 'A');
  expect(said.kind === 'response' ? said.response.answers.length : said).toBe(10);
});

test('the zone is not transferred', () => {
  expect(answer(index, 'cluster.local', 'AXFR')).toMatchObject({
    response: { code: 'REFUSED', answers: [] },
  });
});

test('addresses of targets come with SRV records', () => {
  const said = answer(index, `_http._tcp.pets.${svc}`, 'SRV');
  expect(said.kind === 'response' ? said.response.additionals.map(shown) : said).toEqual([
    ...['A 10.244.0.5', 'A 10.244.0.6', 'AAAA fd00:244::5'],
  ]);
});

function shown(record: ResourceRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return `${record.type} ${record.address}`;
    case 'SRV':
      return `SRV ${record.port} ${shownName(record.target)}`;
    case 'TXT':
      return `TXT ${record.text}`;
    case 'SOA':
      return `SOA ${shownName(record.server)}`;
    case 'other':
      return `${record.number}`;
    default:
      return `${record.type} ${shownName(record.target)}`;
  }
}
