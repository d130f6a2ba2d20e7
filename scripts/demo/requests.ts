import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startInLab } from './lab.ts';

const program = fileURLToPath(new URL('./requester.ts', import.meta.url));

const tallySchema = z.object({ answers: z.record(z.string(), z.int()), errors: z.array(z.string()) });

/** How many requests each pod answered, by the pod's name, and what went wrong with the others. */
export type Tally = z.infer<typeof tallySchema>;

export interface Requests {
  /** Once the first one is answered. */
  readonly begun: Promise<void>;
  readonly tally: Promise<Tally>;
}

/** Sends HTTP requests from a place of the lab, each over a connection of its own. */
export function sendRequests(from: string, url: string, count: number): Requests {
  const running = startInLab('exec', from, '--', process.execPath, program, url, String(count));
  const tally = running.then(({ stdout }) => tallySchema.parse(JSON.parse(stdout)));
  const first = once(running.stderr, 'data').then(() => undefined);
  return { begun: Promise.race([first, tally.then(() => undefined)]), tally };
}
