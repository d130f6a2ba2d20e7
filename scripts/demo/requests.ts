import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { inside, type Place } from './network.ts';

const program = fileURLToPath(new URL('./requester.ts', import.meta.url));

const tallySchema = z.object({ answers: z.record(z.string(), z.int()), errors: z.array(z.string()) });

/** How many requests each pod answered, by the pod's name, and what went wrong with the others. */
export type Tally = z.infer<typeof tallySchema>;

/** Sends HTTP requests from a place, each over a connection of its own. */
export async function sendRequests(from: Place, url: string, count: number): Promise<Tally> {
  const { stdout } = await execa(...inside(from, process.execPath, program, url, String(count)));
  return tallySchema.parse(JSON.parse(stdout));
}
