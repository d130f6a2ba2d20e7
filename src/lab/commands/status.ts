import { askLab } from '../control/ask-lab.ts';
import { formatStatus } from './format-status.ts';

/** How a lab is, as text. Throws a `UserError` where there is no such lab. */
export async function labStatus(name: string, output: 'text' | 'json'): Promise<string> {
  const answer = await askLab(name, { ask: 'status' });
  if (answer.kind !== 'status') throw new Error('the lab did not say how it is');
  return output === 'json' ? `${JSON.stringify(answer.status, null, 2)}\n` : formatStatus(answer.status);
}
