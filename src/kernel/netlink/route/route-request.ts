import { headerLength } from '../messages.ts';
import { aligned, attribute, isLittle } from '../netlink-attributes.ts';

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

/** A number of 32 bits, in the machine's order. */
export function numberAttribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, isLittle);
  return attribute(type, bytes);
}

export function byteAttribute(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

export function textAttribute(type: number, text: string): Uint8Array {
  return attribute(type, Buffer.from(`${text}\0`));
}

/** An attribute that holds others. */
export function nestedAttribute(type: number, content: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, Buffer.concat(content));
}

const NLA_F_NESTED = 0x8000;
