import type { Interface, PodInterface, PodInterfaces } from '../../../kernel/node/machine.ts';
import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { few } from '../../cluster/few.ts';
import { defineCheck } from '../../doctor-check.ts';
import { familiesInUse, observeRoles } from '../node-facts.ts';
import type { InterfaceRoles } from './interface-roles.ts';
import { type Overlay, observeOverlays, roomIn } from './overlays.ts';

interface Observed {
  readonly families: readonly Family[];
  readonly roles: InterfaceRoles;
  readonly pods: PodInterfaces;
  readonly overlays: readonly Overlay[];
}

/** Whether packets of the largest size pass every hop from a pod to the network. */
export const mtu = defineCheck<Observed>({
  check: 'mtu',
  title: 'MTU from pod to uplink',
  observe: async (context) => {
    const roles = await observeRoles(context);
    return {
      families: familiesInUse(context),
      roles,
      pods: await context.machine.podInterfaces(),
      overlays: await observeOverlays(context, roles),
    };
  },
  judge: judgeMtu,
});

/** The minimum MTU of IPv6 (RFC 8200, section 5). */
const leastForIPv6 = 1280;

export function judgeMtu({ families, roles, pods, overlays }: Observed): readonly Finding[] {
  const ends = podEnds(roles, pods);
  if (ends.length + overlays.length === 0) return [];
  const wrong = [
    ...overlays.flatMap(overlayTooLarge),
    ...bySizes(ends.filter(({ pod, host }) => pod > host)).map(lostLeavingPod),
    ...bySizes(ends.filter(({ pod, host }) => pod < host)).map(lostEnteringPod),
    ...roles.bridges.flatMap(bridgeTooLarge),
    ...bySizes(ends.filter(({ pod }) => pod > largestPastNode(roles, overlays))).map((group) =>
      tooLargeForOthers(group, roles, overlays),
    ),
    ...(families.includes('IPv6') ? tooSmallForIPv6(roles) : []),
  ];
  return wrong.length > 0 ? wrong : [allFits(ends, roles, pods, overlays)];
}

/** The MTUs of a pod's veth pair. Where the pod's end is not visible, the node's MTU is assumed for it. */
interface PodEnd {
  readonly veth: string;
  readonly name: string;
  readonly pod: number;
  readonly host: number;
}

function podEnds({ bridges, routedPods }: InterfaceRoles, { interfaces }: PodInterfaces): readonly PodEnd[] {
  const hosts = [...bridges.flatMap(({ ports }) => ports), ...routedPods];
  return hosts.map(({ name, mtu }) => {
    const end: PodInterface | undefined = interfaces.find(({ host }) => host === name);
    const address = end?.addresses[0];
    return {
      veth: name,
      name: address === undefined ? name : `${address} (${name})`,
      pod: end?.mtu ?? mtu,
      host: mtu,
    };
  });
}

/** Groups pods by their MTUs: usually all pods of a node have the same trouble. */
function bySizes(ends: readonly PodEnd[]): readonly (readonly [PodEnd, ...PodEnd[]])[] {
  return [...Map.groupBy(ends, ({ pod, host }) => `${pod} ${host}`).values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [[first, ...more] as const],
  );
}

function overlayTooLarge({ tunnel, underlay, underlayFamily }: Overlay): readonly Finding[] {
  const room = roomIn({ tunnel, underlay, underlayFamily });
  if (tunnel.mtu <= room) return [];
  const overhead = underlay.mtu - room;
  return [
    {
      severity: 'fault',
      looked: `${sized(tunnel)} (${tunnel.kind}, ${overhead} bytes around each packet by ${underlayFamily}), ${sized(underlay)}`,
      finding: `packets through ${tunnel.name} become ${tunnel.mtu + overhead} bytes, but ${underlay.name} takes ${underlay.mtu}: full packets to pods of other nodes go in fragments, and where the network takes none they are lost, for good where ICMP is dropped, too`,
      next: `ip link set dev ${tunnel.name} mtu ${room}, and the same in the CNI configuration, for pods, too`,
    },
  ];
}

/** A veth device silently drops what its other end does not accept (is_skb_forwardable in the kernel). */
function lostLeavingPod(group: readonly [PodEnd, ...PodEnd[]]): Finding {
  const [{ pod, host, veth }] = group;
  return {
    severity: 'fault',
    looked: `pod ${few(group.map(({ name }) => name))}: MTU ${pod} inside, ${host} on the node`,
    finding: `packets above ${host} bytes from ${few(group.map(({ name }) => name))} are lost without a word: the node's end of the veth pair takes ${host} bytes, the pod's ${pod} (only the long segments of TCP pass, which the kernel cuts later)`,
    next: `ip link set dev ${veth} mtu ${pod}, or ${host} in the pod; for good, one MTU in the CNI configuration`,
  };
}

function lostEnteringPod(group: readonly [PodEnd, ...PodEnd[]]): Finding {
  const [{ pod, host, veth }] = group;
  return {
    severity: 'warning',
    looked: `pod ${few(group.map(({ name }) => name))}: MTU ${pod} inside, ${host} on the node`,
    finding: `packets above ${pod} bytes to ${few(group.map(({ name }) => name))} are lost without a word, those of UDP above all: the pod's end of the veth pair takes ${pod} bytes, the node's ${host}`,
    next: `ip link set dev ${veth} mtu ${pod}; for good, one MTU in the CNI configuration`,
  };
}

function bridgeTooLarge({ bridge, ports }: InterfaceRoles['bridges'][number]): readonly Finding[] {
  const smaller = ports.filter(({ mtu }) => mtu < bridge.mtu);
  const least = Math.min(...smaller.map(({ mtu }) => mtu));
  if (smaller.length === 0) return [];
  return [
    {
      severity: 'warning',
      looked: `${sized(bridge)}, ${few(smaller.map(sized))}`,
      finding: `packets above ${least} bytes that the node sends by ${bridge.name} are lost at its ports without a word, those of UDP above all`,
      next: `ip link set dev ${bridge.name} mtu ${least}`,
    },
  ];
}

/** Pods of other nodes are behind an overlay, or behind the uplink where there is none. */
function largestPastNode({ uplinks }: InterfaceRoles, overlays: readonly Overlay[]): number {
  const paths =
    overlays.length > 0
      ? overlays.map((one) => Math.min(one.tunnel.mtu, roomIn(one)))
      : uplinks.map(({ mtu }) => mtu);
  return Math.min(...paths);
}

function tooLargeForOthers(
  group: readonly [PodEnd, ...PodEnd[]],
  roles: InterfaceRoles,
  overlays: readonly Overlay[],
): Finding {
  const [{ pod }] = group;
  const largest = largestPastNode(roles, overlays);
  const paths = overlays.length > 0 ? overlays.map(({ tunnel }) => tunnel) : roles.uplinks;
  return {
    severity: 'warning',
    looked: `pod ${few(group.map(({ name }) => name))}: MTU ${pod}, ${paths.map(sized).join(', ')}`,
    finding: `full packets of these pods (${pod}) do not fit into the way to other nodes (${largest}): each connection stalls until ICMP tells the pod so, and hangs where a firewall drops ICMP`,
    next: `set the MTU of pods to ${largest} in the CNI configuration, and make the pods anew`,
  };
}

function tooSmallForIPv6({ uplinks, bridges, routedPods, tunnels }: InterfaceRoles): readonly Finding[] {
  const passed = [...uplinks, ...bridges.map(({ bridge }) => bridge), ...routedPods, ...tunnels];
  return passed
    .filter(({ mtu }) => mtu < leastForIPv6)
    .map((one): Finding => {
      return {
        severity: 'fault',
        looked: sized(one),
        finding: `the kernel has no IPv6 on ${one.name}: that needs an MTU of ${leastForIPv6}, and it has ${one.mtu}`,
        next: `ip link set dev ${one.name} mtu ${leastForIPv6} (or more)`,
      };
    });
}

function allFits(
  ends: readonly PodEnd[],
  { bridges, uplinks }: InterfaceRoles,
  { hidden }: PodInterfaces,
  overlays: readonly Overlay[],
): Finding {
  const sizes = [...new Set(ends.map(({ pod }) => pod))].sort((one, other) => one - other);
  const steps = [
    ...(sizes.length === 0 ? [] : [`pods ${sizes.join(' to ')}`]),
    ...bridges.map(({ bridge }) => sized(bridge)),
    ...overlays.map(({ tunnel }) => sized(tunnel)),
    ...uplinks.map(sized),
  ];
  return {
    severity: 'ok',
    looked: hidden === undefined ? steps.join(', ') : `${steps.join(', ')}; ${hidden}`,
    finding: steps.join(' → '),
  };
}

function sized({ name, mtu }: Interface): string {
  return `${name} ${mtu}`;
}
