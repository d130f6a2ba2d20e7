import { describe, expect, test } from 'vitest';
import { portMappings, servedPorts, serverName } from '../../../src/lab/kubelet/served-ports.ts';
import { type Fields, pod, service } from '../../support/lab-command/pods.ts';

const web = (ports: readonly Fields[]) =>
  pod({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', ports }] } });

describe('a pod has servers', () => {
  const served = (ports: readonly Fields[], ...services: Parameters<typeof servedPorts>[1]) =>
    servedPorts(web(ports), services).map(serverName);

  test.each<readonly [string, readonly Fields[], readonly Fields[], readonly string[]]>([
    [
      "at its containers' ports",
      [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }],
      [],
      ['TCP 80', 'UDP 53'],
    ],
    [
      'where a Service that selects it sends to by number',
      [],
      [{ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 9000 }] }],
      ['TCP 9000'],
    ],
    [
      'at the port of a Service that names no other',
      [],
      [{ selector: { app: 'web' }, ports: [{ port: 80, protocol: 'SCTP' }] }],
      ['SCTP 80'],
    ],
    ['not for a Service that selects others', [], [{ selector: { app: 'db' }, ports: [{ port: 80 }] }], []],
    ['not for a Service without a selector', [], [{ ports: [{ port: 80 }] }], []],
    [
      'once, whoever names it',
      [{ containerPort: 80 }],
      [{ selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 80 }] }],
      ['TCP 80'],
    ],
    ['not at what is no port', [{ containerPort: 0 }, { containerPort: 80, protocol: 'GRE' }], [], []],
  ])('%s', (_, ports, specs, expected) => {
    expect(served(ports, ...specs.map((spec) => service({ spec })))).toEqual(expected);
  });

  test('not for a Service of another namespace', () => {
    const other = service({
      metadata: { namespace: 'other' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    expect(served([], other)).toEqual([]);
  });
});

test('host ports are told to the CNI plugins in the words of portMappings', () => {
  const ports = [
    { containerPort: 80, hostPort: 8080 },
    { containerPort: 53, hostPort: 5353, protocol: 'UDP', hostIP: '127.0.0.1' },
    { containerPort: 443 },
  ];
  expect(portMappings(web(ports))).toEqual([
    { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    { hostPort: 5353, containerPort: 53, protocol: 'udp', hostIP: '127.0.0.1' },
  ]);
});
