import { type Address, parseAddress } from '../../net/address.ts';
import { nameRules } from '../../state/object-names.ts';

/** The sender of the packet, as given by `--from`. */
export type ClientText =
  | { readonly kind: 'address'; readonly address: Address }
  /** The node whose rules are explained. */
  | { readonly kind: 'node' }
  /** Some client outside of the cluster. */
  | { readonly kind: 'outside' }
  | PodText;

/** The destination of the packet, as given by `--to`. */
export type TargetText =
  | { readonly kind: 'address'; readonly address: Address; readonly port: number }
  | { readonly kind: 'node'; readonly port: number }
  | ServiceText;

export interface PodText {
  readonly kind: 'pod';
  /** Any namespace where absent. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface ServiceText {
  readonly kind: 'service';
  /** Any namespace where absent. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** Number or name; may be absent where the Service has only one. */
  readonly port: string | undefined;
}

/** The text has none of the allowed forms. */
export interface ParseFault {
  readonly kind: 'fault';
  /** What is allowed: `must have a port from 1 to 65535`. */
  readonly reason: string;
}

/** Parses `--from`. */
export function parseClient(text: string): ClientText | ParseFault {
  const address = parseAddress(text.replace(/^\[(.*)\]$/, '$1'));
  if (address !== undefined) return { kind: 'address', address };
  if (text === 'node' || text === 'outside') return { kind: text };
  const [, namespace, name] = /^(?:pod\/)?(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? [];
  if (
    !isName(namespace) ||
    name === undefined ||
    !nameRules.subdomain.pattern.test(name) ||
    looksLikeAddress(text)
  )
    return {
      kind: 'fault',
      reason: 'must be an IP address, a pod (name or namespace/name), node or outside',
    };
  return { kind: 'pod', namespace, name };
}

/** Parses `--to`. */
export function parseTarget(text: string): TargetText | ParseFault {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([\d.]+)):(\d+)$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  if (digits !== undefined) {
    const port = portOf(digits);
    if (address !== undefined && port !== undefined) return { kind: 'address', address, port };
    return { kind: 'fault', reason: 'must have an IP address and a port from 1 to 65535' };
  }
  if (looksLikeAddress(text))
    return { kind: 'fault', reason: 'must have a port: IP:PORT, with brackets around IPv6, [IPv6]:PORT' };
  const nodePort = /^node:(\d+)$/.exec(text)?.[1];
  if (nodePort !== undefined) {
    const port = portOf(nodePort);
    return port === undefined
      ? { kind: 'fault', reason: 'must have a port from 1 to 65535' }
      : { kind: 'node', port };
  }
  return parseService(text);
}

function parseService(text: string): TargetText | ParseFault {
  const [, namespace, name, port] =
    /^(?:(?:service|svc)\/)?(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text) ?? [];
  const { pattern } = nameRules.label;
  if (
    name === undefined ||
    !pattern.test(name) ||
    !isName(namespace) ||
    (port !== undefined && !pattern.test(port))
  )
    return {
      kind: 'fault',
      reason:
        'must be IP:PORT, [IPv6]:PORT, namespace/name:port or service/name:port of a Service, or node:PORT',
    };
  return { kind: 'service', namespace, name, port };
}

function isName(namespace: string | undefined): boolean {
  return namespace === undefined || nameRules.label.pattern.test(namespace);
}

/** Such as 10.96.0 or fd00::1: no name of a pod or Service. */
function looksLikeAddress(text: string): boolean {
  return /^[\d.]+(:\d*)?$/.test(text) || /^\[|:.*:/.test(text);
}

/** A port of TCP, UDP or SCTP that packets can go to. */
export function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
