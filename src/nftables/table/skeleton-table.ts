import { protocols } from '../../net/family.ts';
import { localTraffic, oneOf } from '../content/listed-form.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import { readTable } from './read-table.ts';
import type { TableSchema } from './table.ts';

/** The schema that does not depend on Services, from the text of rules/nftables/skeleton.nft. */
export function skeletonTable(text: string, options: NftablesOptions): TableSchema {
  return readTable(fillIn(keepLines(forEachProtocol(text), conditions(options)), options));
}

/** Repeats each block after `# for each protocol`. */
function forEachProtocol(text: string): string {
  return text.replace(/^\t# for each protocol\n(.*?^\t\}\n)/gms, (_, block: string) =>
    protocols.map((protocol) => block.replaceAll('{protocol}', protocol.toLowerCase())).join(''),
  );
}

/** Drops each line after a `# when` whose condition does not hold. */
function keepLines(text: string, holding: ReadonlySet<string>): string {
  let kept = true;
  return text
    .split('\n')
    .filter((line) => {
      const condition = /^\s*# when (\S+)$/.exec(line)?.[1];
      const keep = condition === undefined && kept;
      kept = condition === undefined || holding.has(condition);
      return keep;
    })
    .join('\n');
}

function conditions({
  masqueradeAll,
  localDetector,
  nodePortAddresses,
  serviceCIDRs,
}: NftablesOptions): ReadonlySet<string> {
  const holding = new Set<string>();
  if (masqueradeAll || localDetector !== undefined) holding.add('masquerade-cluster-ips');
  if (nodePortAddresses === 'all') holding.add('node-ports-everywhere');
  else if (nodePortAddresses.length > 0) holding.add('node-ports-somewhere');
  if (serviceCIDRs.length > 0) holding.add('service-cidrs');
  return holding;
}

function fillIn(text: string, options: NftablesOptions): string {
  const { family, masqueradeAll, localDetector, nodePortAddresses, serviceCIDRs } = options;
  const fromOutside =
    masqueradeAll || localDetector === undefined ? '' : localTraffic(options, localDetector, '!=');
  const mark = `0x${(2 ** options.masqueradeBit).toString(16).padStart(8, '0')}`;
  const values: Readonly<Record<string, string>> = {
    ip: nftFamily(family),
    address: family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr',
    loopback: family === 'IPv4' ? '127.0.0.0/8' : '::1',
    mark,
    // nft 1.0 lists the first bit as a prefix.
    marked: options.masqueradeBit === 31 ? '!= 0x00000000/1' : `& ${mark} != 0x00000000`,
    'from-outside': fromOutside,
    'node-port-addresses': nodePortAddresses === 'all' ? '' : oneOf(nodePortAddresses),
    'service-cidrs': oneOf(serviceCIDRs),
  };
  return text.replace(/\{([a-z-]+)\} ?/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return value === '' ? '' : value + (whole.endsWith(' ') ? ' ' : '');
  });
}
