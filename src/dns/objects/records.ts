import type { Address } from '../../net/address.ts';
import type { Protocol } from '../../net/family.ts';

/** What is kept of each object: only what names are made of, already checked. */

/** `namespace/name` of a Service. */
export type ServiceKey = string & { readonly brand: 'DnsServiceKey' };

export interface ServiceRecord {
  readonly key: ServiceKey;
  readonly target: ServiceTarget;
  readonly ports: readonly PortRecord[];
}

/** Where the name of a Service leads. */
export type ServiceTarget =
  /** At most one address a family; none where there is none yet. */
  | { readonly type: 'ClusterIP'; readonly addresses: readonly Address[] }
  /** To its endpoints: to all of them, or to those that are ready. */
  | { readonly type: 'headless'; readonly publishNotReadyAddresses: boolean }
  /** In lower case, without a dot at the end. */
  | { readonly type: 'ExternalName'; readonly externalName: string };

export interface PortRecord {
  /** Empty where it has none. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

export interface EndpointSliceRecord {
  readonly key: string;
  readonly service: ServiceKey;
  readonly ports: readonly PortRecord[];
  readonly endpoints: readonly EndpointRecord[];
}

export interface EndpointRecord {
  readonly address: Address;
  readonly hostname: string | undefined;
  readonly ready: boolean;
}

/** One object as it now is; `record: undefined` when it is gone, or has no name. */
export type DnsChange =
  | { readonly kind: 'Service'; readonly key: string; readonly record: ServiceRecord | undefined }
  | { readonly kind: 'EndpointSlice'; readonly key: string; readonly record: EndpointSliceRecord | undefined }
  | { readonly kind: 'Namespace'; readonly key: string; readonly record: NamespaceRecord | undefined };

export interface NamespaceRecord {
  readonly name: string;
}
