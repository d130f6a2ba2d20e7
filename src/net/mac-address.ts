/** A MAC address in lower case, two digits a byte: `0a:58:0a:f4:00:05`. */
export type MacAddress = string & { readonly brand: 'MacAddress' };

/** Reads a MAC address of 6 bytes; `undefined` when the text is none. */
export function parseMacAddress(text: string): MacAddress | undefined {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? (text.toLowerCase() as MacAddress) : undefined;
}

/** Throws a `RangeError` where these are not 6 bytes. */
export function macAddressOf(bytes: Uint8Array): MacAddress {
  if (bytes.length !== 6) throw new RangeError(`a MAC address has 6 bytes, not ${bytes.length}`);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':') as MacAddress;
}

export function macAddressBytes(address: MacAddress): Uint8Array {
  return Uint8Array.from(address.split(':'), (byte) => Number.parseInt(byte, 16));
}
