import { describe, expect, test } from 'vitest';
import { ServedServicesReader } from '../../../src/kernel/nft/served-services.ts';
import { readPortList } from '../../../src/kernel/node/local-ports.ts';
import { readVirtualServers } from '../../../src/kernel/node/proxy-traces.ts';

describe('net.ipv4.ip_local_reserved_ports', () => {
  test.each([
    ['\n', []],
    ['8080\n', [{ from: 8080, to: 8080 }]],
    [
      '8080,30000-32767\n',
      [
        { from: 8080, to: 8080 },
        { from: 30000, to: 32767 },
      ],
    ],
  ])('%j', (text, ports) => {
    expect(readPortList(text)).toStrictEqual(ports);
  });
});

test('virtual servers of IPVS, in both families', () => {
  const text = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr
  -> C0A8320A:192B      Masq    1      0          0
UDP  [fd00:0010:0096:0000:0000:0000:0000:000a]:0035 rr
FWM  00000001 wlc
`;
  expect(readVirtualServers(text)).toStrictEqual([
    { protocol: 'TCP', address: '10.96.0.1', port: 443 },
    { protocol: 'UDP', address: 'fd00:10:96::a', port: 53 },
  ]);
});

describe('the Services of a proxy in a map of nftables', () => {
  const servedIn = (...elements: readonly string[]) => {
    const reader = new ServedServicesReader();
    for (const line of [
      'table ip kube-proxy {',
      '\tmap service-ips {',
      '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
      `\t\telements = { ${elements.join(',\n\t\t\t     ')} }`,
      '\t}',
      '}',
    ])
      for (const one of line.split('\n')) reader.line(one);
    return [...reader.services];
  };

  test("kube-proxy's chains carry their names", () => {
    expect(
      servedIn(
        '10.96.10.3 . tcp . 80 : goto service-E2IH552V-default/shop/tcp/http',
        '10.96.10.4 . udp . 53 comment "of goto x" : goto external-3LLAWEKV-kube-system/dns/udp/',
      ),
    ).toStrictEqual(['default/shop:http', 'kube-system/dns']);
  });

  test("Portolan's chains serve many, so there it is the address", () => {
    expect(
      servedIn(
        '10.96.20.10 . tcp . 80 counter packets 0 bytes 0 : goto KUBE-SVC-tcp-random-2',
        'fd00::1 . udp . 53 : goto KUBE-SVC-udp-random-1',
      ),
    ).toStrictEqual(['10.96.20.10:80', '[fd00::1]:53']);
  });

  test('elements that lead nowhere have none', () => {
    expect(servedIn('10.96.20.10 . tcp . 80 : drop')).toStrictEqual([]);
  });
});
