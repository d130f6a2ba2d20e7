import { once } from 'node:events';
import { createConnection } from 'node:net';
import { linesOf } from '../../kernel/run-tool.ts';
import { UserError } from '../../program/exit-status.ts';
import { livingLabs } from '../folder/claim-folder.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import { labFolder } from '../folder/lab-folder.ts';
import type { LabAnswer, LabRequest, LabResult, Step } from './messages.ts';

/** Asks a lab, and tells the steps that it takes. Throws a `UserError` where there is no such lab, or it refuses. */
export async function askLab(
  name: string,
  request: LabRequest,
  tell: (step: Step) => void = () => undefined,
): Promise<LabResult> {
  const socket = createConnection({ path: requireLab(name).socket });
  try {
    await once(socket, 'connect');
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesOf(socket)) {
      const answer: LabAnswer = JSON.parse(line);
      if (answer.kind === 'step') tell(answer.step);
      else if (answer.kind === 'done') return answer.result;
      else throw new UserError(answer.reason);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`lab ${name} does not answer: ${error instanceof Error ? error.message : error}`);
  } finally {
    socket.destroy();
  }
  throw new UserError(`lab ${name} ended before it answered`);
}

/** Throws a `UserError` where the lab does not live. */
export function requireLab(name: string): LabFolder {
  const folder = labFolder(name);
  const living = livingLabs();
  if (living.some((lab) => lab.name === name)) return folder;
  const others = living.map((lab) => lab.name);
  const hint =
    others.length > 0 ? `there are ${others.join(', ')} (--name)` : 'start it with "portolan lab up"';
  throw new UserError(`there is no lab ${name}; ${hint}`);
}
