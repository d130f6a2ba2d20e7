/** How a query came. */
export interface Client {
  readonly protocol: 'udp' | 'tcp';
  /** Of the address: 1 for IPv4, 2 for IPv6, as CoreDNS's metrics have it. */
  readonly family: '1' | '2';
  /** Where it was received: `dns://0.0.0.0:53`. */
  readonly server: string;
}
