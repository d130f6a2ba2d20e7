import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../../backend/failure.ts';
import { replaceFile } from '../node/replace-file.ts';
import { runTool } from '../run-tool.ts';

/**
 * BIRD 2, the routing daemon of Debian's package bird2, with a configuration of ours in a folder of its own. It goes into the
 * background and outlives the process that started it, so that the routers notice nothing of a restart; the next one finds it by its
 * control socket.
 */
export class BirdDaemon {
  readonly #folder: string;
  #written: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Has the daemon run with this configuration; tells what was done, `undefined` where nothing was. Rejects with a `ToolError` where it
   * is not installed, does not start, or does not take the configuration.
   */
  async run(config: string): Promise<'started' | 'configured' | undefined> {
    const isRunning = await this.#answers();
    if (isRunning && config === this.#written) return undefined;
    await replaceFile(this.#file, config);
    if (isRunning) await this.#control('configure');
    else await this.#start();
    this.#written = config;
    return isRunning ? 'configured' : 'started';
  }

  /** Ends it, with a configuration that takes its routes out of the kernel. Tells whether it was running. */
  async remove(config: string): Promise<boolean> {
    if (!(await this.#answers())) return false;
    await replaceFile(this.#file, config);
    await this.#control('configure');
    await this.#control('down');
    return true;
  }

  get #socket(): string {
    return join(this.#folder, 'bird.ctl');
  }

  get #file(): string {
    return join(this.#folder, 'bird.conf');
  }

  /** Without a socket nobody is asked: a process for each look, where there is no such daemon, would be one too many. */
  async #answers(): Promise<boolean> {
    if (!existsSync(this.#socket)) return false;
    const { status } = await runTool('birdc', ['-s', this.#socket, 'show', 'status']);
    return status === 0;
  }

  /** birdc ends with 0 also where the daemon refuses: its replies from 8000 on are errors (`birdc -v`). */
  async #control(...words: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await runTool('birdc', ['-v', '-s', this.#socket, ...words]);
    const refused = stdout.split('\n').find((line) => /^[89]\d{3}[ -]/.test(line));
    if (status === 0 && refused === undefined) return;
    throw new ToolError('refused', `bird does not take "${words.join(' ')}": ${refused ?? stderr.trim()}`);
  }

  /** The command returns once the daemon listens. Routes of an earlier one stay until routers have told of theirs (`-R`). */
  async #start(): Promise<void> {
    const paths = ['-R', '-c', this.#file, '-s', this.#socket, '-P', join(this.#folder, 'bird.pid')];
    const { status, stderr } = await runTool('bird', paths);
    if (status !== 0) throw new ToolError('unknown', `bird does not start: ${stderr.trim()}`);
  }
}
