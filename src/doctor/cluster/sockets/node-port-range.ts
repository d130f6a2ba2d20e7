/** Ends included. */
export interface NodePortRange {
  readonly from: number;
  readonly to: number;
}

/** The API server's default for `--service-node-port-range`. */
export const usualNodePortRange: NodePortRange = { from: 30_000, to: 32_767 };

/** Reads `30000-32767`, as the API server takes it; `undefined` where it is no range of ports. */
export function parseNodePortRange(text: string): NodePortRange | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}
