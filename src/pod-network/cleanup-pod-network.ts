import { BirdDaemon } from '../kernel/bird/bird-daemon.ts';
import { bindRouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { applyMasquerade } from './apply-masquerade.ts';
import { removeNetwork } from './apply-network.ts';
import { applyBgp } from './bgp/apply-bgp.ts';
import { birdFolder } from './network-options.ts';

/** Removes all that `pod-network run` made, and says so on standard output. Rejects where it cannot be looked at. */
export async function cleanupPodNetwork(): Promise<ExitStatus> {
  using socket = (await bindRouteSocket())();
  const { done, refused } = removeNetwork(socket);
  const removed = [
    ...done,
    ...(await applyMasquerade(undefined)),
    ...(await applyBgp(undefined, new BirdDaemon(birdFolder))),
  ];
  for (const line of removed) process.stdout.write(`${line}\n`);
  if (removed.length + refused.length === 0) process.stdout.write('nothing to remove\n');
  for (const line of refused) process.stderr.write(`portolan: ${line}\n`);
  return refused.length === 0 ? exitStatus.ok : exitStatus.failed;
}
