import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that completes the program's commands and options. */
export function completion(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
  }));
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
}

/** Options whose values are completed as paths. */
const pathOptions = ['--source', '--config', '--against', '--kubeconfig', '--write-config-to'];

function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${options.join(' ')}" ;;`);
  return `_portolan() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
    ${pathOptions.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map(({ name }) => name).join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _portolan portolan
`;
}

function zshScript(commands: readonly CommandWords[]): string {
  return `autoload -U +X bashcompinit && bashcompinit
${bashScript(commands)}`;
}

function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c portolan -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...options.map((option) => {
      const files = pathOptions.includes(option) ? ' -r -F' : '';
      return `complete -c portolan -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}${files}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
