import { type Address, formatEndpoint, parseAddress } from '../../net/address.ts';

/** Whom a server stands for. */
export interface Identity {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
}

/** One end of a connection, as Node's sockets tell it. */
export interface SocketEnd {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** What a server of a pod says of itself and of its client: a line of JSON. */
export function introduction(
  { pod, namespace, node }: Identity,
  server: SocketEnd,
  client: SocketEnd,
): string {
  return `${JSON.stringify({ pod, namespace, node, server: endpointText(server), client: endpointText(client) })}\n`;
}

function endpointText({ address = '', port = 0 }: SocketEnd): string {
  return formatEndpoint(parseAddress(address) ?? (address as Address), port);
}
