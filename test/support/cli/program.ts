import { startAgent } from '../agents/start-agent.ts';

/** How a command or a script ended, and what it wrote, without the last line break. */
export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Script {
  readonly script: string;
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The command line in one process inside namespaces, called again and again: most of what a short command costs is the
 * start of its process. It ends where this is disposed of.
 */
export interface Program extends AsyncDisposable {
  /** Calls `portolan` with these arguments, and changes to the environment. One call at a time. */
  portolan(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Runs a shell script in the same namespaces. */
  sh(
    script: string,
    options?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Finished>;
  /** Removes all rules and connections, and what the command sets in mode iptables, so that the next test finds none. */
  clear(): Promise<void>;
}

/** `launcher` is a command in front of Node's that makes or enters the namespaces. */
export function startProgram(
  launcher: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const script = new URL('./program-agent.ts', import.meta.url);
  const agent = startAgent<Call | Script, Finished>({ launcher, script, env });
  return {
    portolan: (args, changes = {}) => agent.ask({ args, env: changes }),
    sh: (text, { input = '', env: changes = {} } = {}) => agent.ask({ script: text, input, env: changes }),
    async clear() {
      const { exitCode, stderr } = await agent.ask({ script: removeRules, input: '', env: {} });
      if (exitCode !== 0) throw new Error(`the rules cannot be removed: ${stderr}`);
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

/**
 * A script that removes all rules and connections, and what the command sets in mode iptables. Tables of iptables-legacy that
 * nobody has used are not there, and asking for them would make them.
 */
export const removeRules = `set -e
  nft flush ruleset
  for ip in ip ip6; do
    for table in $(cat /proc/net/\${ip}_tables_names 2>/dev/null); do
      printf '*%s\\nCOMMIT\\n' "$table" | \${ip}tables-legacy-restore
    done
  done
  conntrack -F 2>/dev/null || :
  echo 0 >/proc/sys/net/ipv4/conf/all/route_localnet`;
