import type { ConntrackTable } from '../../conntrack/flow.ts';
import { bindNetlinkSocket } from '../netlink/netlink-socket.ts';
import { conntrackCommand } from './conntrack-command.ts';
import { conntrackNetlink } from './conntrack-netlink.ts';

/** The kernel's table of connection tracking: by ctnetlink where koffi is there, else by the command conntrack. */
export async function conntrackTable(): Promise<ConntrackTable> {
  try {
    return conntrackNetlink(await bindNetlinkSocket('netfilter'));
  } catch {
    return conntrackCommand();
  }
}
