import { attribute, nestedAttribute, textAttribute } from '../netlink-attributes.ts';
import { type LinkSettings, linkHeader, linkSettings } from './link-settings.ts';
import { type Vxlan, vxlanAttributes } from './vxlan.ts';

/** A link to be made. Whatever is not said is as the kernel has it; an alias it takes only later. */
export type NewLink =
  | (Named & { readonly kind: 'bridge' })
  | (Named & { readonly kind: 'veth'; readonly peer: Named })
  | (Named & { readonly kind: 'vxlan'; readonly vxlan: Vxlan });

interface Named extends Omit<LinkSettings, 'isUp' | 'name' | 'alias'> {
  readonly name: string;
}

/** What kind of link it is, and what only that kind has. */
export function linkInfo(link: NewLink): Uint8Array {
  return nestedAttribute(IFLA_LINKINFO, [textAttribute(IFLA_INFO_KIND, link.kind), ...linkData(link)]);
}

function linkData(link: NewLink): readonly Uint8Array[] {
  switch (link.kind) {
    case 'veth':
      return [nestedAttribute(IFLA_INFO_DATA, [peer(link.peer)])];
    case 'vxlan':
      return [nestedAttribute(IFLA_INFO_DATA, vxlanAttributes(link.vxlan))];
    case 'bridge':
      return [];
  }
}

/** A whole message of a link, in an attribute (drivers/net/veth.c). */
function peer(settings: Named): Uint8Array {
  return attribute(VETH_INFO_PEER, Buffer.concat([linkHeader({}), ...linkSettings(settings)]));
}

const IFLA_LINKINFO = 18;
export const [IFLA_INFO_KIND, IFLA_INFO_DATA] = [1, 2] as const;
const VETH_INFO_PEER = 1;
