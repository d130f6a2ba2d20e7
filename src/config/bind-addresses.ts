import { type Address, parseAddress } from '../net/address.ts';
import type { Origin } from './fault.ts';
import type { ProxyConfig, SocketAddress } from './proxy-config.ts';
import type { Settings } from './schema.ts';
import type { BindAddress } from './value-kinds.ts';

/** The node's address and those of the two servers, whose defaults follow its family. */
export function addressesOf(
  settings: Settings,
  origin: Origin,
): Pick<ProxyConfig, 'bindAddress' | 'healthzBindAddress' | 'metricsBindAddress'> {
  const bindAddress = settings.bindAddress || known('0.0.0.0');
  // kube-proxy sets the defaults of its flags before it reads them: --bind-address does not change them.
  const ipv6 = origin === 'file' && bindAddress.includes(':');
  return {
    bindAddress,
    healthzBindAddress: serverAddress(settings.healthzBindAddress, ipv6 ? '::' : '0.0.0.0', 10256, origin),
    metricsBindAddress: serverAddress(settings.metricsBindAddress, ipv6 ? '::1' : '127.0.0.1', 10249, origin),
  };
}

function serverAddress(
  written: BindAddress | '' | undefined,
  usual: string,
  usualPort: number,
  origin: Origin,
): SocketAddress | undefined {
  // Empty is the default in a file; from flags it is what a port of 0 means.
  if (written === '' && origin === 'flags') return undefined;
  if (written) return { address: written.address, port: written.port ?? usualPort };
  return { address: known(usual), port: usualPort };
}

function known(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`${text} is no IP address`);
  return address;
}
