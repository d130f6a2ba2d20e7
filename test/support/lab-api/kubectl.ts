import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Why no kubectl can be tried here: `KUBECTL` names the program, for example kubectl 1.36. */
export function kubectlUnavailable(): string | undefined {
  const { KUBECTL = '' } = process.env;
  if (KUBECTL === '') return 'KUBECTL does not name a kubectl';
  try {
    accessSync(KUBECTL, constants.X_OK);
    return undefined;
  } catch {
    return `KUBECTL (${KUBECTL}) is no program`;
  }
}

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl for a server, with a home of its own. */
export class Kubectl implements AsyncDisposable {
  readonly #home: string;
  readonly #server: string;

  private constructor(home: string, server: string) {
    this.#home = home;
    this.#server = server;
  }

  static async for(port: number): Promise<Kubectl> {
    return new Kubectl(await mkdtemp(join(tmpdir(), 'portolan-kubectl-')), `http://127.0.0.1:${port}`);
  }

  /** Whatever comes of it. `editor` is the program of `kubectl edit`. */
  async try(args: readonly string[], input = '', editor = 'false'): Promise<Outcome> {
    const { KUBECTL = '' } = process.env;
    const env = { HOME: this.#home, KUBECONFIG: join(this.#home, 'none'), KUBE_EDITOR: editor };
    const { exitCode, stdout, stderr } = await execa(KUBECTL, ['--server', this.#server, ...args], {
      env,
      input,
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }

  /** What it prints. Throws where it fails. */
  async run(args: readonly string[], input = ''): Promise<string> {
    const { exitCode, stdout, stderr } = await this.try(args, input);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true });
  }
}
