import { type Address, parseAddress } from '../../net/address.ts';
import type { EndpointRecord } from '../objects/records.ts';

/**
 * The label of an endpoint below its Service: its hostname, or its address with hyphens, as CoreDNS writes it. The specification
 * (2.1, hostname) leaves the form to the server.
 */
export function endpointName({ hostname, address }: EndpointRecord): string {
  return hostname ?? addressLabel(address);
}

/** `10-244-0-5`, `fd00--5`; a label does not end in a hyphen. */
export function addressLabel(address: Address): string {
  const label = address.replaceAll(/[.:]/g, '-');
  return label.endsWith('-') ? `${label}0` : label;
}

/** The address that a label stands for, in any form that it may be written in; `undefined` where it is none. */
export function addressOfLabel(label: string): Address | undefined {
  const isIPv4 = /^\d+-\d+-\d+-\d+$/.test(label);
  return parseAddress(label.replaceAll('-', isIPv4 ? '.' : ':'));
}
