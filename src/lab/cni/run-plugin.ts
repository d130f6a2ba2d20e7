import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Namespaces } from '../runtime/namespaces.ts';
import type { CniResult, PluginConfiguration } from './network-list.ts';

/** A call of a plugin (CNI specification 1.1, section 2): its parameters, and the configuration on its standard input. */
export interface PluginCall {
  readonly command: 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS' | 'VERSION';
  readonly configuration: PluginConfiguration;
  /** Folders that the plugins are in. */
  readonly path: readonly string[];
  /** `CNI_CONTAINERID` and the others, as far as the operation has them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** File of the network namespace of the node, in which the plugin runs. */
  readonly node: string;
}

/** What a plugin, or the call of it, fails with. */
export class CniPluginError extends Error {
  override readonly name = 'CniPluginError';
}

/** Resolves to what it printed; `undefined` where that is nothing. Throws a `CniPluginError` with the plugin's own words. */
export async function runPlugin(call: PluginCall, namespaces: Namespaces): Promise<CniResult | undefined> {
  const { command, configuration, path, parameters, node } = call;
  const what = `plugin ${configuration.type} (${command})`;
  const executable = findPlugin(configuration.type, path);
  const env = { ...process.env, CNI_COMMAND: command, CNI_PATH: path.join(':'), ...parameters };
  const child = namespaces.inNetwork(node, () => spawn(executable, { env, stdio: 'pipe' }));
  // A plugin that ends without reading its input says why.
  child.stdin.on('error', () => undefined).end(JSON.stringify(configuration));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? String(signal)));
  });
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const result = stdout.trim() === '' ? undefined : parseResult(stdout, what);
  if (status === 0) return result;
  throw new CniPluginError(`${what}: ${failureText(result, stderr) || `it ended with ${status}`}`);
}

/** Whether a folder has it. */
export function hasPlugin(type: string, path: readonly string[]): boolean {
  return fileOf(type, path) !== undefined;
}

function findPlugin(type: string, path: readonly string[]): string {
  const found = fileOf(type, path);
  if (found === undefined) throw new CniPluginError(`there is no CNI plugin ${type} in ${path.join(', ')}`);
  return found;
}

function fileOf(type: string, path: readonly string[]): string | undefined {
  return path.map((folder) => `${folder}/${type}`).find((file) => existsSync(file));
}

function parseResult(stdout: string, what: string): CniResult {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new CniPluginError(`${what}: it printed no JSON: ${stdout.trim().slice(0, 200)}`);
  }
}

/** An error result has `msg`, and perhaps `details` (section 5). */
function failureText(result: CniResult | undefined, stderr: string): string {
  const said = [result?.msg, result?.details].filter((part) => typeof part === 'string' && part !== '');
  return said.length > 0 ? said.join(': ') : stderr.trim();
}
