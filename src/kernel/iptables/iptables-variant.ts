import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { ToolError } from '../../backend/failure.ts';
import type { IptablesVariant } from '../../rules-text/iptables/iptables-variants.ts';
import { readSaveLines } from '../../rules-text/iptables/save-line.ts';

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

/** The variants that may hold rules: the one that `iptables` is, and legacy where the kernel has its tables. */
export async function usedVariants(): Promise<readonly IptablesVariant[]> {
  const { variant } = await defaultVariant();
  const legacy = variant === 'legacy' || (await hasLegacyTables());
  const nft = variant === 'nft' || (await execa('iptables-nft-save', { reject: false })).exitCode === 0;
  return [...(nft ? (['nft'] as const) : []), ...(legacy ? (['legacy'] as const) : [])];
}

async function savedBy(variant: IptablesVariant): Promise<string> {
  const outputs = await Promise.all(
    ['iptables', 'ip6tables'].map((tool) => execa(`${tool}-${variant}-save`, { reject: false })),
  );
  return outputs.map(({ stdout }) => stdout ?? '').join('\n');
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
  const { stdout, exitCode } = await execa('iptables', ['--version'], { reject: false });
  if (exitCode !== 0) throw new ToolError('missing', 'the command iptables is not on this machine');
  const variant = stdout.includes('nf_tables') ? 'nft' : 'legacy';
  return { variant, reason: `"iptables" is ${stdout.trim()}` };
}
