import type { ChainName } from '../../../../nftables/names.ts';
import { type Attributes, textAttribute, textOf } from '../../netlink-attributes.ts';
import type { NetlinkSocket } from '../../netlink-socket.ts';
import { expressionAttributes, listElement, ruleAttributes } from '../kernel-numbers.ts';
import { packetsOf } from '../read/element-values.ts';
import { dumpNow, type NftTitle } from '../requests.ts';

/** What the first rule of the chain that counts has counted; `undefined` where there is none, or no such chain. */
export function chainPackets(
  socket: NetlinkSocket,
  { family, name }: NftTitle,
  chain: ChainName,
): number | undefined {
  const content = [textAttribute(ruleAttributes.table, name), textAttribute(ruleAttributes.chain, chain)];
  let packets: number | undefined;
  dumpNow(socket, { get: 'rule', family, content }, (rule) => {
    packets ??= rulePackets(rule);
  });
  return packets;
}

function rulePackets(rule: Attributes): number | undefined {
  for (const expression of rule.find(ruleAttributes.expressions)?.all(listElement) ?? []) {
    if (textOf(expression.find(expressionAttributes.name)) === 'counter')
      return packetsOf(expression.bytes, expression.start, expression.end);
  }
  return undefined;
}
