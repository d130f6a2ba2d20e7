import { fileURLToPath } from 'node:url';
import type { Host } from '../lab/host.ts';
import type { Answer } from '../lab/messages.ts';

/** One datagram from a port of the test's choice, so that it belongs to the same flow as the ones before. */
export interface Question {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly port: number;
}

/** Asks by UDP who answers; `undefined` where nobody does. */
export async function askFrom(host: Host, question: Question): Promise<Answer | undefined> {
  return JSON.parse(await host.exec(process.execPath, [script, JSON.stringify(question)]));
}

const script = fileURLToPath(new URL('./ask-from-script.ts', import.meta.url));
