/**
 * Numbers of linux/netfilter/nf_tables.h and its neighbours: of messages, and of the attributes that they hold. Names are those
 * of the headers without their prefix.
 */

/** NFNL_SUBSYS_NFTABLES. */
export const subsystem = 10;

/** Families of tables (NFPROTO_*). */
export const familyNumbers = { unspec: 0, inet: 1, ip: 2, ip6: 10 } as const;

/** NFNL_MSG_BATCH_*, of all subsystems. */
export const batchTypes = { begin: 16, end: 17 } as const;

/** NFNL_BATCH_GENID. */
export const batchGeneration = 1;

/** NFT_MSG_*, with the subsystem. */
export const messageTypes = {
  newTable: (subsystem << 8) | 0,
  getTable: (subsystem << 8) | 1,
  delTable: (subsystem << 8) | 2,
  newChain: (subsystem << 8) | 3,
  getChain: (subsystem << 8) | 4,
  delChain: (subsystem << 8) | 5,
  newRule: (subsystem << 8) | 6,
  getRule: (subsystem << 8) | 7,
  delRule: (subsystem << 8) | 8,
  newSet: (subsystem << 8) | 9,
  getSet: (subsystem << 8) | 10,
  delSet: (subsystem << 8) | 11,
  newElement: (subsystem << 8) | 12,
  getElement: (subsystem << 8) | 13,
  delElement: (subsystem << 8) | 14,
  getGeneration: (subsystem << 8) | 16,
} as const;

/** NLM_F_*. */
export const messageFlags = {
  request: 0x1,
  ack: 0x4,
  dump: 0x300,
  create: 0x400,
  append: 0x800,
} as const;

export const listElement = 1;
export const tableAttributes = { name: 1, flags: 2, use: 3, handle: 4, userData: 6 } as const;
export const chainAttributes = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
export const hookAttributes = { number: 1, priority: 2 } as const;
export const ruleAttributes = { table: 1, chain: 2, handle: 3, expressions: 4, userData: 7 } as const;
export const expressionAttributes = { name: 1, data: 2 } as const;
export const setAttributes = {
  table: 1,
  name: 2,
  flags: 3,
  keyType: 4,
  keyLength: 5,
  dataType: 6,
  dataLength: 7,
  description: 9,
  id: 10,
  userData: 13,
  expression: 17,
} as const;
export const setDescription = { size: 1 } as const;
/** NFT_SET_*. */
export const setFlags = {
  anonymous: 0x1,
  constant: 0x2,
  interval: 0x4,
  map: 0x8,
  timeout: 0x10,
  eval: 0x20,
  expression: 0x100,
} as const;
/** NFT_DATA_VERDICT. */
export const verdictType = 0xffffff00;
export const elementListAttributes = { table: 1, set: 2, elements: 3, setId: 4 } as const;
export const elementAttributes = {
  key: 1,
  data: 2,
  flags: 3,
  userData: 6,
  expression: 7,
} as const;
/** NFT_SET_ELEM_INTERVAL_END. */
export const intervalEnd = 1;
export const dataAttributes = { value: 1, verdict: 2 } as const;
export const verdictAttributes = { code: 1, chain: 2 } as const;
/** NFT_JUMP and the like; NF_ACCEPT and NF_DROP. */
export const verdictCodes = {
  continue: -1,
  jump: -3,
  goto: -4,
  return: -5,
  drop: 0,
  accept: 1,
} as const;

/** NFT_REG_VERDICT, and NFT_REG32_00: the first of 16 registers of 4 bytes. */
export const registers = { verdict: 0, first: 8 } as const;

/** Attributes of expressions, by the kernel's names of them. */
export const payloadAttributes = { into: 1, base: 2, offset: 3, length: 4 } as const;
export const payloadBases = { network: 1, transport: 2 } as const;
export const metaAttributes = { into: 1, key: 2, from: 3 } as const;
export const metaKeys = { mark: 3, iifname: 6, oifname: 7, l4proto: 16 } as const;
export const conntrackAttributes = { into: 1, key: 2 } as const;
export const conntrackKeys = { state: 0, status: 2 } as const;
export const routeAttributes = { into: 1, result: 2, flags: 3 } as const;
/** NFT_FIB_RESULT_ADDRTYPE; NFTA_FIB_F_SADDR, NFTA_FIB_F_DADDR. */
export const routeNumbers = { addressType: 3, source: 1, destination: 2 } as const;
export const bitwiseAttributes = { from: 1, into: 2, length: 3, mask: 4, xor: 5 } as const;
export const compareAttributes = { from: 1, operator: 2, data: 3 } as const;
export const compareOperators = { '==': 0, '!=': 1, '<': 2, '<=': 3, '>': 4, '>=': 5 } as const;
export const rangeAttributes = { from: 1, operator: 2, first: 3, last: 4 } as const;
export const immediateAttributes = { into: 1, data: 2 } as const;
export const lookupAttributes = { set: 1, from: 2, into: 3, setId: 4, flags: 5 } as const;
/** NFT_LOOKUP_F_INV. */
export const inverse = 1;
export const numberAttributes = { into: 1, modulus: 2, type: 3, offset: 4 } as const;
export const numberTypes = { 'in-turn': 0, random: 1 } as const;
export const hashAttributes = {
  from: 1,
  into: 2,
  length: 3,
  modulus: 4,
  seed: 5,
  offset: 6,
  type: 7,
} as const;
/** NFT_HASH_JENKINS. */
export const jenkins = 0;
export const natAttributes = {
  type: 1,
  family: 2,
  address: 3,
  lastAddress: 4,
  port: 5,
  lastPort: 6,
  flags: 7,
} as const;
export const natTypes = { source: 0, destination: 1 } as const;
export const masqueradeAttributes = { flags: 1 } as const;
/** NF_NAT_RANGE_PROTO_RANDOM_FULLY. */
export const fullyRandom = 16;
export const rejectAttributes = { type: 1, code: 2 } as const;
/** NFT_REJECT_ICMP_UNREACH, and the codes of unreachable ports (RFC 792, RFC 4443). */
export const rejectNumbers = { unreachable: 0, port: { ip: 3, ip6: 4 } } as const;
export const dynamicSetAttributes = { set: 1, operation: 3, key: 4, timeout: 6 } as const;
export const dynamicSetOperations = { add: 0, update: 1, delete: 2 } as const;
export const counterAttributes = { bytes: 1, packets: 2 } as const;

/** Hooks of the families of IP (NF_INET_*). */
export const hookNumbers = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
