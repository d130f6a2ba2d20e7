import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from '../program/exit-status.ts';

/** Throws a `UserError` for a mode that does not count connections; `feature` needs them. */
export function requireCounters(feature: string, { mode }: ProxyConfig): void {
  if (mode === 'nftables') return;
  throw new UserError(
    `${feature}: connections are counted in mode nftables only, and this is mode ${mode}: set --proxy-mode or the field mode to nftables`,
  );
}
