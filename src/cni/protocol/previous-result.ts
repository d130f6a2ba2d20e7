import { CniError, errorCodes } from './cni-error.ts';
import { isObject } from './json.ts';
import type { Call } from './read-call.ts';
import { readResult } from './read-result.ts';
import { isEmptyDns, type Result } from './result.ts';

/** What the plugins before in the chain made, or for `CHECK` the whole chain. Throws a `CniError` of code 7. */
export function previousResult({ document }: Call): Result | undefined {
  const previous = document.prevResult;
  if (previous === undefined || previous === null) return undefined;
  if (!isObject(previous))
    throw new CniError(errorCodes.invalidConfiguration, 'prevResult must be an object');
  try {
    return readResult(previous);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(errorCodes.invalidConfiguration, `prevResult.${reason}`);
  }
}

export function requirePreviousResult(call: Call): Result {
  const previous = previousResult(call);
  if (previous !== undefined) return previous;
  throw new CniError(
    errorCodes.invalidConfiguration,
    'prevResult is missing: CHECK compares with what ADD answered',
  );
}

/** Adds what this plugin made to what was there. */
export function joinResults(previous: Result, made: Result): Result {
  const before = previous.interfaces.length;
  return {
    interfaces: [...previous.interfaces, ...made.interfaces],
    ips: [
      ...previous.ips,
      ...made.ips.map((ip) =>
        ip.interface === undefined ? ip : { ...ip, interface: ip.interface + before },
      ),
    ],
    routes: [...previous.routes, ...made.routes],
    dns: isEmptyDns(made.dns) ? previous.dns : made.dns,
  };
}
