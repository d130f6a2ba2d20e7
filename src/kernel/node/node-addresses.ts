import { networkInterfaces } from 'node:os';
import { type Address, parseAddress } from '../../net/address.ts';

/** Every address of this machine's interfaces, link-local ones left out: they mean nothing without their interface. */
export function localAddresses(): readonly Address[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ address, scopeid }) => {
      const parsed = scopeid ? undefined : parseAddress(address);
      return parsed === undefined ? [] : [parsed];
    }),
  );
}
