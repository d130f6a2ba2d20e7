import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { isObject, textIn } from '../protocol/json.ts';
import type { Call } from '../protocol/read-call.ts';
import { defaultDataDir } from './host-local-configuration.ts';

/** What it takes to let go of what `ADD` took. */
export type ReleaseConfiguration =
  | { readonly type: 'host-local'; readonly dataDir: string }
  | { readonly type: 'delegated'; readonly plugin: string }
  | { readonly type: 'none' };

/**
 * Reads no more than that: a container must be able to go when the configuration has become faulty since it came. Throws a
 * `CniError` of code 7 where it cannot be known whom to ask.
 */
export function readReleaseConfiguration({ document }: Call): ReleaseConfiguration {
  const ipam = isObject(document.ipam) ? document.ipam : {};
  const type = textIn(ipam.type);
  if (type === undefined) return { type: 'none' };
  if (/[/\\]/.test(type))
    throw new CniError(
      errorCodes.invalidConfiguration,
      `ipam.type must be a name without "/"; it is "${type}"`,
    );
  if (type !== 'host-local') return { type: 'delegated', plugin: type };
  return { type, dataDir: textIn(ipam.dataDir) ?? defaultDataDir };
}
