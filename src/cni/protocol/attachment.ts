/** What a call is about: a container's interface. Two attachments differ in one of both. */
export interface Attachment {
  readonly containerId: string;
  readonly ifname: string;
}
