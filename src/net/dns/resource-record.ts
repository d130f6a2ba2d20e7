import type { Address } from '../address.ts';
import type { DomainName } from './domain-name.ts';

/** A resource record of class IN; the time to live is in seconds. */
export type ResourceRecord = { readonly name: DomainName; readonly ttl: number } & RecordData;

export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: Address }
  | { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: DomainName }
  | SrvData
  | { readonly type: 'TXT'; readonly text: string }
  | SoaData
  /** As somebody else wrote it, names in it without pointers. */
  | { readonly type: 'other'; readonly number: number; readonly octets: Buffer };

export interface SrvData {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: DomainName;
}

export interface SoaData {
  readonly type: 'SOA';
  readonly server: DomainName;
  readonly mailbox: DomainName;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long it may be remembered that something is not there (RFC 2308, 4). */
  readonly minimum: number;
}
