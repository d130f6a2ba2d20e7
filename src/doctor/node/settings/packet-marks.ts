import type { PolicyRule } from '../../../kernel/node/machine.ts';
import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { defineCheck } from '../../doctor-check.ts';

interface Observed {
  /** The mark's bit that requests masquerading, 0 to 31. */
  readonly bit: number;
  readonly rules: readonly (PolicyRule & { readonly family: Family })[];
}

/** Whether a routing policy rule matches the mark that the proxy sets on packets to be masqueraded. */
export const marks = defineCheck<Observed>({
  check: 'marks',
  title: 'Masquerade mark and routing policy',
  observe: async ({ machine, families, config }) => ({
    bit: config[config.mode].masqueradeBit,
    rules: (
      await Promise.all(
        families.map(async (family) =>
          (await machine.policyRules(family)).map((rule) => ({ ...rule, family })),
        ),
      )
    ).flat(),
  }),
  judge: judgeMarks,
});

export function judgeMarks({ bit, rules }: Observed): readonly Finding[] {
  // Packets to be masqueraded usually have no other mark.
  const mark = 2 ** bit;
  const taken = rules.filter(
    ({ mark: asked }) => asked !== undefined && asked.value === mark && hasBit(asked.mask, bit),
  );
  if (taken.length === 0)
    return [
      { severity: 'ok', looked: `ip rule: ${rules.length} rules`, finding: `no rule asks for ${hex(mark)}` },
    ];
  return taken.map((rule): Finding => {
    const text = `${rule.priority}: from ${rule.source} fwmark ${hex(rule.mark?.value ?? 0)}/${hex(rule.mark?.mask ?? 0)} lookup ${rule.table}`;
    return {
      severity: 'warning',
      looked: `ip rule (${rule.family}): ${text}`,
      finding: `packets that the proxy marks for masquerading (${hex(mark)}) are routed by table ${rule.table}, which is meant for somebody else's`,
      next: 'choose another bit: iptables.masqueradeBit or nftables.masqueradeBit of the configuration',
    };
  });
}

function hasBit(value: number, bit: number): boolean {
  return ((value >>> bit) & 1) === 1;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
