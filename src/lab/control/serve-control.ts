import type { Server, Socket } from 'node:net';
import { linesOf } from '../../kernel/run-tool.ts';
import { UserError } from '../../program/exit-status.ts';
import type { LabAnswer, LabRequest, LabResult, Step } from './messages.ts';

/** Answers requests of commands: one for each connection. `work` throws an error whose message is for the user. */
export function serveControl(
  server: Server,
  work: (request: LabRequest, tell: (step: Step) => void) => Promise<LabResult>,
  log: (line: string) => void,
): void {
  server.on('connection', (socket) => {
    // A command that gives up early is its own affair; the work is done all the same.
    socket.on('error', () => socket.destroy());
    answer(socket, work, log).catch((error: unknown) => log(`control: ${error}`));
  });
}

async function answer(
  socket: Socket,
  work: (request: LabRequest, tell: (step: Step) => void) => Promise<LabResult>,
  log: (line: string) => void,
): Promise<void> {
  const say = (message: LabAnswer) => socket.write(`${JSON.stringify(message)}\n`);
  for await (const line of linesOf(socket)) {
    try {
      const result = await work(JSON.parse(line), (step) => say({ kind: 'step', step }));
      say({ kind: 'done', result });
    } catch (error) {
      if (!(error instanceof UserError)) log(`${line}: ${error instanceof Error ? error.stack : error}`);
      say({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) });
    }
    break;
  }
  socket.end();
}
