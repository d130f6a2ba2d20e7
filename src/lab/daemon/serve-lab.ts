import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { UserError } from '../../program/exit-status.ts';
import { serveControl } from '../control/serve-control.ts';
import { labFolder } from '../folder/lab-folder.ts';
import type { LabSpec } from '../lab-spec.ts';
import { answerRequest } from './answer-request.ts';
import { startLab } from './lab.ts';
import type { StartMessage } from './start-message.ts';

/**
 * The process behind a lab: starts it, tells `lab up` by descriptor 3 how far it is, and serves it until it is told to end. A lab
 * that is not whole ends with the command that starts it.
 */
export async function serveLab(name: string): Promise<never> {
  const folder = labFolder(name);
  const starter = new Socket({ fd: 3 });
  const say = (message: StartMessage) => starter.write(`${JSON.stringify(message)}\n`);
  let isReady = false;
  const abandon = () => {
    if (!isReady) process.exit(1);
  };
  starter.on('error', abandon).on('close', abandon).resume();
  try {
    const spec: LabSpec = JSON.parse(readFileSync(folder.spec, 'utf8'));
    const lab = await startLab(spec, folder, (step) => say({ kind: 'step', step }));
    serveControl(lab.outside.control, (request) => answerRequest(request, lab), lab.context.log);
    isReady = true;
    say({ kind: 'ready' });
    starter.end();
  } catch (error) {
    // Standard error is the lab's log, whose end the command shows.
    if (!(error instanceof UserError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    starter.end(() => process.exit(1));
  }
  return await new Promise<never>(() => undefined);
}
