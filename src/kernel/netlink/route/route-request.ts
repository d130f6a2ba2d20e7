import { headerLength } from '../messages.ts';
import { aligned, isLittle } from '../netlink-attributes.ts';

/** What rtnetlink is asked, in the terms of rtnetlink(7). */
export interface RouteRequest {
  /** RTM_*. */
  readonly type: number;
  /** NLM_F_*, but for those of each request. */
  readonly flags?: number;
  /** struct ifinfomsg, ifaddrmsg, rtmsg or ndmsg. */
  readonly header: Uint8Array;
  readonly attributes?: readonly Uint8Array[];
  /** What it is about, for the error: `add the link veth0`. */
  readonly purpose: string;
}

/** A request as the kernel reads it: struct nlmsghdr, the header of the family, attributes. */
export function requestBytes(request: RouteRequest, flags: number): Uint8Array {
  const { type, header, attributes = [] } = request;
  const body = Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length), ...attributes]);
  const head = Buffer.alloc(headerLength);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  view.setUint32(0, headerLength + body.length, isLittle);
  view.setUint16(4, type, isLittle);
  view.setUint16(6, flags | (request.flags ?? 0), isLittle);
  return Buffer.concat([head, body]);
}
