import { fileURLToPath } from 'node:url';
import { execInNamespace } from '../../../test/support/lab/host.ts';
import { clusterCIDR } from '../../iptables/rules.ts';
import type { Mode } from '../options.ts';

/** Lets Portolan program the objects of a folder into a namespace; throws where it leaves something out. */
export async function programByPortolan(namespace: string, mode: Mode, folder: string): Promise<void> {
  const flags = ['--source', folder, '--cluster-cidr', clusterCIDR, ...modeFlags[mode]];
  await execInNamespace(namespace, portolan, ['run', '--once', ...flags]);
}

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

const modeFlags: Readonly<Record<Mode, readonly string[]>> = {
  'iptables-nft': ['--proxy-mode', 'iptables', '--iptables-variant', 'nft'],
  'iptables-legacy': ['--proxy-mode', 'iptables', '--iptables-variant', 'legacy'],
  nftables: ['--proxy-mode', 'nftables'],
};
