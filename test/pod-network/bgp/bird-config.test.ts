import { expect, test } from 'vitest';
import type { Address } from '../../../src/net/address.ts';
import type { Cidr } from '../../../src/net/cidr.ts';
import { birdConfig } from '../../../src/pod-network/bgp/bird-config.ts';

test('a node of both families with a router of each, in another autonomous system', () => {
  const text = birdConfig({
    routerId: '192.0.2.1',
    localAs: 64_512,
    peerAs: 64_600,
    sessions: [
      { local: '192.0.2.1' as Address, peer: '192.0.2.254' as Address },
      { local: '2001:db8::1' as Address, peer: '2001:db8::fe' as Address },
    ],
    announced: ['10.244.0.0/24' as Cidr, 'fd00:0:0:1::/64' as Cidr],
    accepted: ['10.244.0.0/16' as Cidr],
  });
  expect(text).toBe(`# Made by portolan pod-network; changes are overwritten.
log syslog { warning, error, auth, fatal, bug };
router id 192.0.2.1;
protocol device {}
protocol kernel kernel_ipv4 {
  persist;
  ipv4 { import none; export where source = RTS_BGP; };
}
protocol static pods_ipv4 {
  ipv4;
  route 10.244.0.0/24 unreachable;
}
protocol kernel kernel_ipv6 {
  persist;
  ipv6 { import none; export where source = RTS_BGP; };
}
protocol static pods_ipv6 {
  ipv6;
  route fd00:0:0:1::/64 unreachable;
}
protocol bgp router_0 {
  local 192.0.2.1 as 64512;
  neighbor 192.0.2.254 as 64600;
  direct;
  graceful restart;
  connect delay time 1;
  connect retry time 5;
  allow local as 1;
  ipv4 {
    import where net ~ [ 10.244.0.0/16+ ];
    export where source = RTS_STATIC;
    gateway direct;
    next hop self;
  };
}
protocol bgp router_1 {
  local 2001:db8::1 as 64512;
  neighbor 2001:db8::fe as 64600;
  direct;
  graceful restart;
  connect delay time 1;
  connect retry time 5;
  allow local as 1;
  ipv6 {
    import none;
    export where source = RTS_STATIC;
    gateway direct;
    next hop self;
  };
}
`);
});
