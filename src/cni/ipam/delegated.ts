import { findPlugin, runPluginFile } from '../../kernel/cni/delegated-plugin.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { isObject, type JsonObject, numberIn, textIn } from '../protocol/json.ts';
import type { Operation } from '../protocol/operations.ts';
import { readResult } from '../protocol/read-result.ts';
import type { Ipam } from './ipam.ts';

export interface Delegation {
  /** Name of the plugin's executable. */
  readonly plugin: string;
  /** Folders with the executables of plugins. */
  readonly path: readonly string[];
  /** The configuration as this plugin got it. */
  readonly input: string;
  readonly operation: Operation;
}

/**
 * Another IPAM plugin, which is run with the environment and the configuration of this call (CNI specification, section 4). Its
 * errors are passed on.
 */
export function delegatedIpam(delegation: Delegation): Ipam {
  const run = () => void delegate(delegation);
  return {
    asksOnInterface: true,
    add: () => readAnswer(delegation, delegate(delegation)),
    // Also where this call is an ADD that failed.
    del: () => void delegate(delegation, 'DEL'),
    check: run,
    gc: run,
    status: run,
  };
}

function readAnswer({ plugin }: Delegation, output: string) {
  try {
    const answer: unknown = JSON.parse(output);
    if (isObject(answer)) return readResult(answer);
    throw new Error('it is no JSON object');
  } catch (error) {
    throw unreadable(plugin, error instanceof Error ? error.message : String(error));
  }
}

function delegate({ plugin, path, input, operation }: Delegation, as: Operation = operation): string {
  if (path.length === 0) {
    throw new CniError(
      errorCodes.invalidEnvironment,
      `invalid environment variables: CNI_PATH is missing, which must name the folder of the IPAM plugin ${plugin}`,
    );
  }
  const file = findPlugin(path, plugin);
  if (file === undefined) {
    throw new CniError(
      errorCodes.delegation,
      `there is no IPAM plugin ${plugin}`,
      `CNI_PATH names ${path.join(', ')}.`,
    );
  }
  const { status, output } = runFile(file, input, as);
  if (status === 0) return output;
  throw errorOf(plugin, status, output);
}

function runFile(file: string, input: string, operation: Operation) {
  try {
    return runPluginFile(file, input, { CNI_COMMAND: operation });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(errorCodes.delegation, `the IPAM plugin ${file} cannot be run: ${reason}`);
  }
}

function errorOf(plugin: string, status: number | undefined, output: string): CniError {
  const answer = parsed(output);
  const [code, message] = [numberIn(answer.code), textIn(answer.msg)];
  if (code !== undefined && message !== undefined)
    return new CniError(code, message, textIn(answer.details) ?? '');
  const end = status === undefined ? 'was killed' : `ended with status ${status}`;
  return unreadable(plugin, `it ${end} and said: ${output.trim() || 'nothing'}`);
}

function parsed(output: string): JsonObject {
  try {
    const answer: unknown = JSON.parse(output);
    return isObject(answer) ? answer : {};
  } catch {
    return {};
  }
}

function unreadable(plugin: string, reason: string): CniError {
  return new CniError(
    errorCodes.delegation,
    `the IPAM plugin ${plugin} gives no answer that can be read`,
    reason,
  );
}
