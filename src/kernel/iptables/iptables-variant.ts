import { readFile } from 'node:fs/promises';
import { hasFailed, ToolError } from '../../backend/failure.ts';
import { families } from '../../net/family.ts';
import { isTableName } from '../../rules-text/iptables/iptables-base-chains.ts';
import { readSaveLines } from '../../rules-text/iptables/save-line.ts';
import type { IptablesVariant } from '../../rules-text/iptables/variants.ts';
import { listNfTables, type NftTitle } from '../netlink/nf-tables/requests.ts';
import { runTool } from '../run-tool.ts';
import { iptablesTool } from './iptables-tool.ts';

/** How the variant was chosen; logged at start. */
export interface VariantChoice {
  readonly variant: IptablesVariant;
  readonly reason: string;
}

/**
 * The variant that the node already uses: the kubelet's hint chains first, then where more rules stand, then
 * what `iptables` itself is. Looks at legacy tables only where the kernel has some, since looking makes them.
 */
export async function detectIptablesVariant(): Promise<VariantChoice> {
  const [nft, legacy] = await Promise.all([
    savedBy('nft'),
    (await hasLegacyTables()) ? savedBy('legacy') : '',
  ]);
  for (const [variant, rules] of [
    ['nft', nft],
    ['legacy', legacy],
  ] as const) {
    const hint = kubeletHintIn(rules);
    if (hint !== undefined) return { variant, reason: `the kubelet's chain ${hint} stands there` };
  }
  const [inNft, inLegacy] = [countRules(nft), countRules(legacy)];
  if (inNft !== inLegacy) {
    const variant = inNft > inLegacy ? 'nft' : 'legacy';
    return { variant, reason: `more rules stand there (nft ${inNft}, legacy ${inLegacy})` };
  }
  return defaultVariant();
}

// https://kep.k8s.io/3178: the kubelet makes these where it finds iptables in use.
const kubeletHints: ReadonlySet<string> = new Set(['KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY']);

function kubeletHintIn(saved: string): string | undefined {
  let hint: string | undefined;
  readSaveLines(saved, (line) => {
    if (hint === undefined && line.kind === 'chain' && kubeletHints.has(line.name)) hint = line.name;
  });
  return hint;
}

/**
 * Whether the variant may hold rules: nft where tables of its names are there and its commands work, legacy where the kernel has
 * its tables. Throws a `ToolError` where nobody can tell.
 */
export function isVariantUsed(variant: IptablesVariant): Promise<boolean> {
  return variant === 'nft' ? hasNftVariant() : hasLegacyTables();
}

async function hasNftVariant(): Promise<boolean> {
  const tables = await listNfTables();
  if (tables !== undefined && !tables.some(isIptablesTable)) return false;
  try {
    const { status, stderr } = await runTool('iptables-nft-save', []);
    // A kernel without nf_tables holds none.
    return status === 0 || !/Protocol not supported|Failed to initialize nft/.test(stderr);
  } catch (error) {
    if (hasFailed(error, 'missing')) return false;
    throw error;
  }
}

function isIptablesTable({ family, name }: NftTitle): boolean {
  return family !== 'inet' && isTableName(name);
}

/** Empty where there is none. Throws a `ToolError` where that cannot be seen for the moment. */
async function savedBy(variant: IptablesVariant): Promise<string> {
  const outputs = await Promise.all(
    families.map(async (family) => {
      try {
        return (await Array.fromAsync(iptablesTool(family, variant).save())).join('\n');
      } catch (error) {
        if (!(error instanceof ToolError) || error.failure === 'unable') throw error;
        return '';
      }
    }),
  );
  return outputs.join('\n');
}

async function hasLegacyTables(): Promise<boolean> {
  const names = await Promise.all(
    ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'].map((file) =>
      readFile(file, 'utf8').catch(() => ''),
    ),
  );
  return names.some((text) => text.trim() !== '');
}

function countRules(saved: string): number {
  let count = 0;
  readSaveLines(saved, ({ kind }) => {
    if (kind === 'rule') count += 1;
  });
  return count;
}

async function defaultVariant(): Promise<VariantChoice> {
  const { status, stdout, stderr } = await runTool('iptables', ['--version']);
  if (status !== 0) throw new ToolError('unknown', `iptables --version: ${stderr.trim()}`);
  const variant = stdout.includes('nf_tables') ? 'nft' : 'legacy';
  return { variant, reason: `"iptables" is ${stdout.trim()}` };
}
