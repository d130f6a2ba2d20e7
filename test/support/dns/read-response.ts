import { type DecodedPacket, decode } from 'dns-packet';

/** A response as dns-packet reads it, with the code, which its types lack. */
export interface ReadResponse extends DecodedPacket {
  readonly rcode: string;
}

export function readResponse(message: Buffer): ReadResponse {
  const packet: DecodedPacket & { readonly rcode?: unknown } = decode(message);
  return { ...packet, rcode: String(packet.rcode) };
}
