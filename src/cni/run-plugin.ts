import { hostLocalPlugin } from './plugins/host-local-plugin.ts';
import { loopbackPlugin } from './plugins/loopback-plugin.ts';
import type { Machine, Plugin } from './plugins/plugin.ts';
import { portolanPlugin } from './plugins/portolan-plugin.ts';
import { CniError, errorCodes } from './protocol/cni-error.ts';
import { isObject, type JsonObject } from './protocol/json.ts';
import type { Environment } from './protocol/parameters.ts';
import { readCall, readDocument } from './protocol/read-call.ts';
import { isSupported, newestVersion, supportedVersions } from './protocol/versions.ts';

export interface Invocation {
  /** Of the file by which the program was started: under the name of a reference plugin it does what that does. */
  readonly name: string;
  readonly environment: Environment;
  /** All of standard input. */
  readonly input: string;
}

/** What goes to standard output, if anything, and the exit status. */
export interface Answer {
  readonly status: 0 | 1;
  readonly output: JsonObject | undefined;
}

/** Answers a call, whatever it is: errors are answers too (CNI specification, sections 2 and 5). */
export async function runPlugin(
  { name, environment, input }: Invocation,
  openMachine: () => Promise<Machine & Disposable>,
): Promise<Answer> {
  try {
    if (environment.CNI_COMMAND === 'VERSION') return { status: 0, output: versions(input) };
    const call = readCall(environment, input);
    const plugin = plugins[name] ?? portolanPlugin;
    using machine = await openMachine();
    return { status: 0, output: plugin(call, machine) };
  } catch (error) {
    return { status: 1, output: errorAnswer(error, input) };
  }
}

const plugins: Readonly<Record<string, Plugin>> = { 'host-local': hostLocalPlugin, loopback: loopbackPlugin };

function versions(input: string): JsonObject {
  const { cniVersion = newestVersion } = input.trim() === '' ? {} : readDocument(input);
  return { cniVersion, supportedVersions };
}

function errorAnswer(error: unknown, input: string): JsonObject {
  const known =
    error instanceof CniError
      ? error
      : new CniError(errorCodes.refused, error instanceof Error ? error.message : String(error));
  const { code, message: msg, details } = known;
  return { cniVersion: versionOf(input), code, msg, ...(details === '' ? {} : { details }) };
}

function versionOf(input: string): string {
  try {
    const document: unknown = JSON.parse(input);
    const version = isObject(document) ? document.cniVersion : undefined;
    return typeof version === 'string' && isSupported(version) ? version : newestVersion;
  } catch {
    return newestVersion;
  }
}
