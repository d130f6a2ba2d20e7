import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from '../program/exit-status.ts';

/** Throws a `UserError` where the mode counts no connections; `feature` is what asks for them. */
export function requireCounters(feature: string, { mode }: ProxyConfig): void {
  if (mode === 'nftables') return;
  throw new UserError(
    `${feature}: connections are counted in mode nftables only, and this is mode ${mode}: set --proxy-mode or the field mode to nftables`,
  );
}
