import { loadConfig } from '../../../src/config/load-config.ts';
import { iptablesOptions } from '../../../src/iptables/derive-iptables-options.ts';
import { renderRules } from '../../../src/iptables/render-rules.ts';
import type { Address } from '../../../src/net/address.ts';
import { parseAddress } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';
import { nftablesOptions } from '../../../src/nftables/derive-nftables-options.ts';
import { formatTable } from '../../../src/nftables/table/format-table.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import { desiredFor, factsFromObjects } from '../../../src/render/desired-rules-of.ts';
import { desiredTable } from '../../../src/render/desired-table.ts';
import { filesSource } from '../../../src/sources/files-source.ts';
import { loadState } from '../../../src/sources/load-state.ts';
import { type Facts, factsFrom } from '../equivalence/facts.ts';

/** What Portolan makes of the objects of a recorded case on the node that was recorded. */
export interface TracedCase {
  /** The rules as text. */
  readonly rules: string;
  readonly plans: readonly ServicePortPlan[];
  readonly facts: Facts;
}

/** The node of the recordings has more addresses than its Node object. */
const moreAddresses: readonly Address[] = ['192.168.51.10'].flatMap((text) => parseAddress(text) ?? []);

export async function traceableCase(
  folder: string,
  mode: 'iptables' | 'nftables',
  family: Family,
): Promise<TracedCase> {
  const flags = { config: `${folder}/config.${mode}.yaml` };
  const { config } = await loadConfig(flags);
  const source = filesSource(`${folder}/objects.yaml`);
  const loaded = await loadState(source, config, { flags, source: folder, serviceProxyName: '' });
  const known = factsFromObjects(loaded, config);
  const node = { ...known, localAddresses: [...known.localAddresses, ...moreAddresses] };
  const rules =
    mode === 'iptables'
      ? renderRules(desiredFor(family, loaded, config, node))
      : formatTable(desiredTable(family, loaded, config, node), { family });
  const text = [...rules].join('');
  const plans = loaded.book.plans(family);
  const { serviceCIDRs } = loaded.state;
  const options =
    mode === 'iptables'
      ? iptablesOptions(family, config, node, plans)
      : nftablesOptions(family, config, { ...node, serviceCIDRs });
  return {
    rules: text,
    plans: [...plans.values()].flat(),
    facts: factsFrom(options, node.localAddresses),
  };
}
