import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { LabStatus } from '../../src/lab/status/lab-status.ts';

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

/** Calls `portolan lab`, and returns what it prints. Rejects with what it says where it fails. */
export async function lab(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(portolan, ['lab', ...args], { reject: false });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

export async function labStatus(): Promise<LabStatus> {
  return JSON.parse(await lab('status', '--output', 'json'));
}

/** The names of the pods that answer for the Service web. */
export async function webPods(): Promise<readonly string[]> {
  const { pods } = await labStatus();
  return pods.flatMap(({ name }) => /^default\/(web-.*)/.exec(name)?.[1] ?? []);
}

export async function inLab(place: string, command: readonly string[]): Promise<string> {
  return await lab('exec', place, '--', ...command);
}
