import type { Attachment } from './attachment.ts';
import { CniError, errorCodes } from './cni-error.ts';
import { isObject, textIn } from './json.ts';
import type { Call } from './read-call.ts';

/**
 * The attachments that `GC` leaves; `undefined` where nobody says which, as cnitool does. An empty list of Go's is null. Throws a
 * `CniError` of code 7 where the list is not as it must be.
 */
export function validAttachments({ document }: Call): readonly Attachment[] | undefined {
  const list = document[key];
  if (list === undefined) return undefined;
  if (list === null) return [];
  if (!Array.isArray(list))
    throw new CniError(errorCodes.invalidConfiguration, `${key} must be a list of attachments`);
  return list.map((entry: unknown, at) => {
    const [containerId, ifname] = isObject(entry) ? [textIn(entry.containerID), textIn(entry.ifname)] : [];
    if (containerId !== undefined && ifname !== undefined) return { containerId, ifname };
    throw new CniError(errorCodes.invalidConfiguration, `${key}[${at}] must have "containerID" and "ifname"`);
  });
}

const key = 'cni.dev/valid-attachments';
