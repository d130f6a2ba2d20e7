import { changeLink, findLink } from './links.ts';
import { bindRouteSocket } from './route-socket.ts';

/**
 * Resolves to what sets a link up in the network namespace of the calling thread; that throws a `KernelError`, or an `Error` where
 * there is no such link. Rejects where koffi is not there.
 */
export async function bindSetUpLink(): Promise<(name: string) => void> {
  const open = await bindRouteSocket();
  return (name) => {
    using socket = open();
    const link = findLink(socket, name);
    if (link === undefined) throw new Error(`there is no link ${name}`);
    changeLink(socket, link.index, { isUp: true });
  };
}
