import { ToolError } from '../../backend/failure.ts';
import { iptablesTool } from '../../kernel/iptables/iptables-tool.ts';
import { detectIptablesVariant } from '../../kernel/iptables/iptables-variant.ts';
import { listByCommand } from '../../kernel/nft/nft-command.ts';
import type { Family } from '../../net/family.ts';
import type { IptablesVariant } from '../../rules-text/iptables/variants.ts';
import type { ListingText } from '../../rules-text/split-listing.ts';

/** All rules in the kernel: what iptables-save prints, and what nft prints where it is installed. */
export async function liveTexts(
  family: Family,
  variant: IptablesVariant | undefined,
): Promise<readonly ListingText[]> {
  const chosen = variant ?? (await detectIptablesVariant()).variant;
  const save = await Array.fromAsync(iptablesTool(family, chosen).save());
  const texts = [{ kind: 'iptables-save', text: save.join('\n') }, ...(await nftTexts())] as const;
  return texts.filter(({ text }) => text.trim() !== '');
}

async function nftTexts(): Promise<readonly ListingText[]> {
  try {
    const lines = await Array.fromAsync(listByCommand(['ruleset']));
    return [{ kind: 'nft', text: lines.join('\n') }];
  } catch (error) {
    if (error instanceof ToolError && error.failure === 'missing') return [];
    throw error;
  }
}
