import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { inLab } from './lab.ts';

const program = fileURLToPath(new URL('./requester.ts', import.meta.url));

const tallySchema = z.object({ answers: z.record(z.string(), z.int()), errors: z.array(z.string()) });

/** How many requests each pod answered, by the pod's name, and what went wrong with the others. */
export type Tally = z.infer<typeof tallySchema>;

/** Sends HTTP requests from a place of the lab, each over a connection of its own. */
export async function sendRequests(from: string, url: string, count: number): Promise<Tally> {
  const words = ['exec', from, '--', process.execPath, program, url, String(count)];
  return tallySchema.parse(JSON.parse(await inLab(...words)));
}
