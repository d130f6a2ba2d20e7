import type { Backend } from '../backend/backend.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { IptablesBackend } from '../iptables/backend.ts';
import { iptablesOptions } from '../iptables/derive-iptables-options.ts';
import { iptablesCommand, iptablesTool } from '../kernel/iptables/iptables-tool.ts';
import { detectIptablesVariant } from '../kernel/iptables/iptables-variant.ts';
import { ensurePacketCounters } from '../kernel/iptables/nfacct.ts';
import { lookAtNode } from '../kernel/node/look-at-node.ts';
import { whyFamilyIsMissing } from '../kernel/node/missing-family.ts';
import { openTable } from '../kernel/open-table.ts';
import { iptablesRuleFiles, nftablesSkeleton } from '../kernel/rule-files.ts';
import { type Family, families } from '../net/family.ts';
import { NftablesBackend } from '../nftables/backend.ts';
import { nftablesOptions } from '../nftables/derive-nftables-options.ts';
import type { IptablesVariant } from '../rules-text/iptables/variants.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Logger } from '../telemetry/logs/logger.ts';
import { countedTool, type RuleCounts } from '../telemetry/metrics/rule-counts.ts';

/** What the backends look at, besides the plans. */
export interface BackendInput {
  readonly state: ClusterState;
  readonly config: ProxyConfig;
  readonly variant: IptablesVariant | undefined;
  readonly logger: Logger;
  /** Where the rules that pass are counted, in mode iptables. */
  readonly ruleCounts?: RuleCounts | undefined;
}

/**
 * The backends of the configured mode, one for each family that this machine has; says once how they reach the kernel, and
 * which family is left out.
 */
export function openBackends(input: BackendInput): Promise<readonly Backend[]> {
  return input.config.mode === 'nftables' ? nftablesBackends(input) : iptablesBackends(input);
}

async function iptablesBackends(input: BackendInput): Promise<readonly Backend[]> {
  const { state, config, logger, ruleCounts } = input;
  const { variant, reason } =
    input.variant === undefined
      ? await detectIptablesVariant()
      : { variant: input.variant, reason: 'forced by --iptables-variant' };
  logger.info({ node: state.nodeName, variant, reason }, 'programming iptables');
  const counters = await ensurePacketCounters();
  const files = iptablesRuleFiles();
  const present = await presentFamilies(logger, (family) => `${iptablesCommand(family, variant)}-restore`);
  return present.map((family) => {
    const tool = iptablesTool(family, variant);
    const counted = ruleCounts === undefined ? tool : countedTool(tool, family, ruleCounts);
    return new IptablesBackend(family, counted, files, async (plans) => ({
      ...iptablesOptions(family, config, await lookAtNode(config, state.node, counters), plans),
      keepsUnclaimed: state.gaps.length > 0,
    }));
  });
}

async function nftablesBackends({ state, config, logger }: BackendInput): Promise<readonly Backend[]> {
  logger.info({ node: state.nodeName }, 'programming nftables');
  const skeleton = nftablesSkeleton();
  return Promise.all(
    (await presentFamilies(logger)).map(async (family) => {
      return new NftablesBackend(family, await openTable(family), skeleton, async () => {
        const facts = await lookAtNode(config, state.node, new Set());
        const options = nftablesOptions(family, config, { ...facts, serviceCIDRs: state.serviceCIDRs });
        return { ...options, keepsUnclaimed: state.gaps.length > 0 };
      });
    }),
  );
}

/** Those that can be programmed here. Where that is none, all of them are tried, and each says what it lacks. */
async function presentFamilies(
  logger: Logger,
  commandOf?: (family: Family) => string,
): Promise<readonly Family[]> {
  const needs = (family: Family) => (commandOf === undefined ? {} : { command: commandOf(family) });
  const reasons = await Promise.all(families.map((family) => whyFamilyIsMissing(family, needs(family))));
  const present = families.filter((_, index) => reasons[index] === undefined);
  if (present.length === 0) return families;
  families.forEach((family, index) => {
    const reason = reasons[index];
    if (reason !== undefined)
      logger.info({ family, reason }, 'this machine has no such rules; leaving them out');
  });
  return present;
}
