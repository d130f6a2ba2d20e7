import type { NetworkConfiguration } from '../configuration/network-configuration.ts';
import type { Attachment } from '../protocol/attachment.ts';

/** What is to be attached to which network. */
export interface AttachmentRequest {
  readonly attachment: Attachment;
  /** Path of the container's network namespace. */
  readonly netns: string;
  /** Name of the network. */
  readonly network: string;
  readonly configuration: NetworkConfiguration;
}
