import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from './exit-status.ts';

/** Throws where the configuration asks for rules that are not iptables rules. */
export function requireIptablesMode({ mode }: ProxyConfig): void {
  if (mode !== 'iptables') throw new UserError(`mode: ${mode} is not served; allowed is iptables`);
}
