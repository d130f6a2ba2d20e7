/** Both ends included. */
export interface NodePortRange {
  readonly from: number;
  readonly to: number;
}

/** The API server's default for `--service-node-port-range`. */
export const usualNodePortRange: NodePortRange = { from: 30_000, to: 32_767 };

/** Parses `30000-32767`, the form of the API server's flag; `undefined` if it is not a range of ports. */
export function parseNodePortRange(text: string): NodePortRange | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}
