import { ToolError } from '../../../backend/failure.ts';
import { bindNetlinkSocket, type NetlinkSocket } from '../netlink-socket.ts';

/** What opens a socket to nf_tables; a failure of either is a `ToolError`. */
export async function boundSocket(): Promise<() => NetlinkSocket> {
  const open = await bindNetlinkSocket('netfilter').catch(unreachable);
  return () => {
    try {
      return open();
    } catch (error) {
      return unreachable(error);
    }
  };
}

/** What the kernel or the C library says, as that. */
export function unableTo(error: unknown): ToolError {
  return new ToolError('unable', messageOf(error), { cause: error });
}

function unreachable(error: unknown): never {
  throw new ToolError('missing', `nf_tables cannot be reached: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
