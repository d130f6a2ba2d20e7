/**
 * The service port, `namespace/name:port`, that a chain of kube-proxy's is for in mode nftables, by its name:
 * `external-E2IH552V-default/shop/tcp/http`. `undefined` where it is no such chain.
 */
export function servicePortOfChain(chain: string): string | undefined {
  const [, service, port] = pattern.exec(chain) ?? [];
  if (service === undefined) return undefined;
  return port === '' ? service : `${service}:${port}`;
}

const pattern =
  /^(?:service|local|external|firewall|endpoint)-[A-Z0-9]{8}-([^/]+\/[^/]+)\/[a-z]+\/([a-z0-9-]*)(?:__|$)/;
