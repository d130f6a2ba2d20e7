import { homedir } from 'node:os';
import { UserError } from '../../program/exit-status.ts';

/** The folder of a lab, and what is in it. */
export interface LabFolder {
  readonly name: string;
  readonly path: string;
  /** The Unix socket that commands reach the lab by. */
  readonly socket: string;
  /** What the lab is to be: a `LabSpec`. */
  readonly spec: string;
  /** The process that the lab lives and ends with: a `ProcessIdentity`. */
  readonly process: string;
  readonly kubeconfig: string;
  /** One file for each node's proxy, and `lab.log`. */
  readonly logs: string;
}

/** Throws a `UserError` where a lab cannot have the name. */
export function labFolder(name: string): LabFolder {
  if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name))
    throw new UserError(
      `--name ${JSON.stringify(name)}: a lab's name has up to 30 lower-case letters, digits and hyphens, the last not at either end`,
    );
  const path = `${labsFolder()}/${name}`;
  return {
    name,
    path,
    socket: `${path}/socket`,
    spec: `${path}/lab.json`,
    process: `${path}/process`,
    kubeconfig: `${path}/kubeconfig`,
    logs: `${path}/logs`,
  };
}

/** Where this user's labs are: in XDG_STATE_HOME (XDG Base Directory Specification), root's below /var/lib. */
export function labsFolder({ XDG_STATE_HOME: state }: NodeJS.ProcessEnv = process.env): string {
  if (state?.startsWith('/')) return `${state}/portolan/labs`;
  return process.getuid?.() === 0 ? '/var/lib/portolan/labs' : `${homedir()}/.local/state/portolan/labs`;
}
