/** Tables of other programs. */
export interface OtherTable {
  readonly title: string;
  /** In nft's language. */
  readonly text: string;
}

/** What newer versions of nft keep of a map's declaration in user data of their own (`typeof`), in several forms. */
export const othersTables: readonly OtherTable[] = [
  {
    title: 'typeof of a number',
    text: `table ip stranger {
  map slots {
    typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
    elements = { 192.0.2.1 . 80 . 0 : 198.51.100.1 . 8080 }
  }
  chain picks {
    dnat ip to ip daddr . tcp dport . numgen random mod 1 map @slots
  }
}
`,
  },
  {
    title: 'typeof of marks and hashes',
    text: `table inet stranger {
  map marks {
    typeof meta mark : ct mark
    elements = { 0x00000001 : 0x00000002 }
  }
  map hashes {
    typeof jhash ip saddr mod 16 : meta mark
    elements = { 0 : 0x00000001 }
  }
  set ports {
    typeof meta l4proto . th dport
    elements = { tcp . 80 }
  }
}
`,
  },
  {
    title: 'kube-proxy’s forms',
    text: `table ip kube-proxy {
  map service-ips {
    type ipv4_addr . inet_proto . inet_service : verdict
    comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
    elements = { 10.96.0.10 . tcp . 80 : goto service-web }
  }
  set hairpin-connections {
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    elements = { 10.244.0.5 . 10.244.0.5 . tcp . 8080 }
  }
  chain endpoint-web {
    meta l4proto tcp dnat to 10.244.0.5:8080
  }
  chain service-web {
    numgen random mod 1 vmap { 0 : goto endpoint-web }
  }
}
`,
  },
];
