import { describe, expect, test } from 'vitest';
import { acceptedTypes } from '../../src/health/accept.ts';
import { flagz } from '../../src/health/flagz.ts';
import { statusz } from '../../src/health/statusz.ts';
import { zPage } from '../../src/health/z-page.ts';
import { sharedUnavailable } from '../support/conformance/shared.ts';
import { recordedPage } from '../support/health/recordings.ts';

const started = Date.UTC(2026, 10, 21, 3, 16, 58);
const paths = ['/proxyMode', '/configz', '/flagz', '/healthz', '/metrics'];
const status = statusz({ started, now: started + 7_000, version: '1.2.3', paths });
const flags = flagz({ config: 'g.yaml', v: 2 }, { source: '/objects' });

describe('a z-page', () => {
  const json = (kind: string, version = 'v1beta1') =>
    `application/json;v=${version};g=config.k8s.io;as=${kind}`;

  test.each([
    ['without Accept', ''],
    ['for anything', '*/*'],
    ['for text', 'text/plain'],
    ['for any text', 'text/html, text/*;q=0.5'],
    ['for text rather than the object', `${json('Statusz')};q=0.1, text/plain`],
  ])('is text %s', (_, accept) => {
    expect(zPage(status, { accept })).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
  });

  test.each([
    ['in its version', json('Statusz'), 'v1beta1'],
    ['in an older version', json('Statusz', 'v1alpha1'), 'v1alpha1'],
    ['rather than text', `text/plain;q=0.1, ${json('Statusz')}`, 'v1beta1'],
    [
      'in the first version that there is',
      `${json('Statusz', 'v9')}, ${json('Statusz', 'v1alpha1')}`,
      'v1alpha1',
    ],
  ])('is an object where it is asked for %s', (_, accept, version) => {
    const page = zPage(status, { accept });
    expect(page).toMatchObject({ status: 200, type: 'application/json' });
    expect(JSON.parse(page.text)).toEqual({
      kind: 'Statusz',
      apiVersion: `config.k8s.io/${version}`,
      metadata: { name: 'portolan' },
      startTime: '2026-11-21T03:16:58Z',
      uptimeSeconds: 7,
      goVersion: `Node.js ${process.version}`,
      binaryVersion: '1.2.3',
      emulationVersion: '1.36',
      paths: ['/configz', '/flagz', '/healthz', '/metrics', '/proxyMode'],
    });
  });

  test.each([
    ['JSON without a version', 'application/json'],
    ['another kind', json('Flagz')],
    ['YAML', 'application/yaml;v=v1beta1;g=config.k8s.io;as=Statusz'],
    ['nothing', 'text/plain;q=0'],
  ])('is not acceptable for %s', (_, accept) => {
    expect(zPage(status, { accept }).status).toBe(406);
  });

  test('of the flags is an object too', () => {
    const { text } = zPage(flags, { accept: json('Flagz') });
    expect(JSON.parse(text)).toMatchObject({
      kind: 'Flagz',
      apiVersion: 'config.k8s.io/v1beta1',
      flags: { v: '2', source: '/objects', 'conntrack-min': '131072' },
    });
  });
});

test('a header is read with its qualities', () => {
  expect(acceptedTypes('text/html;level=1;q=0.4, */*;q=0.1, Text/Plain')).toMatchObject([
    { type: 'text/plain', parameters: {} },
    { type: 'text/html', parameters: { level: '1' } },
    { type: '*/*', parameters: {} },
  ]);
});

describe('the time that it has been up', () => {
  test.each([
    [0, '0 hr 00 min 00 sec'],
    [3_599_999, '0 hr 59 min 59 sec'],
    [100 * 3_600_000, '100 hr 00 min 00 sec'],
  ])('%i ms', (up, text) => {
    expect(statusz({ started, now: started + up, version: '', paths }).text).toContain(`Up:  ${text}\n`);
  });
});

test('a day of one digit has a space before it', () => {
  const { text } = statusz({ started: Date.UTC(2026, 2, 5), now: started, version: '', paths });
  expect(text).toContain('Started:  Thu Mar  5 00:00:00 UTC 2026\n');
});

describe('a flag is printed as Go does', () => {
  test.each([
    [
      'a list',
      { 'nodeport-addresses': ['10.0.0.0/8', 'fd00::/8'] },
      'nodeport-addresses: [10.0.0.0/8,fd00::/8]',
    ],
    ['a switch', { 'masquerade-all': true }, 'masquerade-all: true'],
    ['a duration', { 'conntrack-udp-timeout': '90s' }, 'conntrack-udp-timeout: 1m30s'],
    ['gates', { 'feature-gates': { B: true, A: false } }, 'feature-gates: A=false,B=true'],
    ['a text that looks like a duration', { 'hostname-override': '90s' }, 'hostname-override: 90s'],
  ])('%s', (_, given, line) => {
    expect(flagz(given, {}).text.split('\n')).toContain(line);
  });
});

const unavailable = sharedUnavailable();
if (unavailable !== undefined) test("kube-proxy's own z-pages", ({ skip }) => skip(unavailable));

describe.skipIf(unavailable)("kube-proxy's own pages", () => {
  test('/statusz is the same, but for names and versions', () => {
    const ours = zPage(status, { accept: '' }).text;
    const named = ours
      .replace('\nportolan statusz', '\nkube-proxy statusz')
      .replace(/Node\.js version: {2}.*/, 'Go version:  go1.26.8')
      .replace('1.2.3', '1.36.2');
    expect(named).toBe(recordedPage('statusz.txt'));
  });

  test('/flagz has every line with the same value, but for the wait between two syncs', () => {
    const lines = (text: string) => text.trim().split('\n').slice(1);
    const ours = lines(zPage(flags, { accept: '' }).text);
    const without = (all: readonly string[], name: string) =>
      all.filter((line) => !line.startsWith(`${name}: `));
    const theirs = lines(recordedPage('flagz.txt')).map((line) => line.replace(/:$/, ': '));
    expect(
      without(without(ours, 'source'), 'iptables-min-sync-period').map((line) => line.trimEnd()),
    ).toEqual(without(theirs, 'iptables-min-sync-period').map((line) => line.trimEnd()));
  });
});
