import { ToolError } from '../backend/failure.ts';
import { runTool } from './run-tool.ts';

/** What became of a command that only lists. */
export type Listed =
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'missing' }
  /** It has come to a fault of its own, as nft does at tables that another version of it wrote. */
  | { readonly kind: 'crashed'; readonly said: string }
  /** `said` is what it wrote of why. */
  | { readonly kind: 'failed'; readonly said: string };

/** Runs a command and collects what it prints. */
export async function listBy(command: string, args: readonly string[]): Promise<Listed> {
  try {
    const { status, stdout, stderr } = await runTool(command, args);
    if (status === 0) return { kind: 'printed', text: stdout };
    return { kind: 'failed', said: firstLineOf(stderr) || `${command} ended with status ${status}` };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.failure === 'missing') return { kind: 'missing' };
    return { kind: isCrash(error.message) ? 'crashed' : 'failed', said: error.message };
  }
}

/** Whether a tool was ended by a signal for what it has done itself. `said` is a `ToolError`'s message. */
export function isCrash(said: string): boolean {
  return /killed by SIG(?:SEGV|BUS|ILL|FPE|ABRT)\b/.test(said);
}

/** Does the work for each, `atOnce` at a time; in the order of the inputs. */
export async function forEachAtOnce<Input, Output>(
  inputs: readonly Input[],
  atOnce: number,
  work: (input: Input) => Promise<Output>,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  const left = inputs.entries();
  const worker = async () => {
    for (const [at, input] of left) outputs[at] = await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
  return outputs;
}

/** Warnings such as of legacy tables come before what went wrong. */
function firstLineOf(said: string): string {
  return said.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
}
