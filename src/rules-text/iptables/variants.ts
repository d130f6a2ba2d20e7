/** The two programs behind the name iptables: they write to different parts of the kernel. */
export type IptablesVariant = 'nft' | 'legacy';

export const iptablesVariants: readonly IptablesVariant[] = ['nft', 'legacy'];
