import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that completes the program's commands and options. */
export function completion(shell: Shell, program: Command): string {
  const { commands } = wordsOf(program);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

function wordsOf(command: Command): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
    commands: visibleCommands(command).map(wordsOf),
  };
}

/** Those that the help shows, but for itself. */
function visibleCommands(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
}

interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  /** Those below it, as of a group. */
  readonly commands: readonly CommandWords[];
}

/** Options whose values are completed as paths. */
const pathOptions = [
  '--source',
  '--config',
  '--against',
  '--kubeconfig',
  '--write-config-to',
  '--from',
  '--filename',
];

function bashScript(commands: readonly CommandWords[]): string {
  return `_portolan() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
    ${pathOptions.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${commands.flatMap(bashCases).join('\n')}
    *) words="" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${namesOf(commands)}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _portolan portolan
`;
}

/** The commands of a group go before what begins like them. */
function bashCases({ name, options, commands }: CommandWords): readonly string[] {
  const wordsAfter = (one: Pick<CommandWords, 'commands' | 'options'>) =>
    one.commands.length > 0 ? namesOf(one.commands) : one.options.join(' ');
  const nested = commands.map((one) => `    "${name} ${one.name}") words="${wordsAfter(one)}" ;;`);
  return [...nested, `    "${name} "*) words="${wordsAfter({ commands, options })}" ;;`];
}

function namesOf(commands: readonly CommandWords[]): string {
  return commands.map(({ name }) => name).join(' ');
}

function zshScript(commands: readonly CommandWords[]): string {
  return `autoload -U +X bashcompinit && bashcompinit
${bashScript(commands)}`;
}

function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c portolan -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.description)}`,
    ...fishOptions(command, `__fish_seen_subcommand_from ${command.name}`),
    ...command.commands.flatMap((nested) => fishNested(command, nested)),
  ]);
  return `${lines.join('\n')}\n`;
}

function fishNested({ name, commands }: CommandWords, nested: CommandWords): readonly string[] {
  const inGroup = `__fish_seen_subcommand_from ${name}`;
  const isOpen = `${inGroup}; and not __fish_seen_subcommand_from ${namesOf(commands)}`;
  return [
    `complete -c portolan -f -n '${isOpen}' -a ${nested.name} -d ${quoted(nested.description)}`,
    ...fishOptions(nested, `${inGroup}; and __fish_seen_subcommand_from ${nested.name}`),
  ];
}

function fishOptions({ options }: CommandWords, condition: string): readonly string[] {
  return options.map((option) => {
    const files = pathOptions.includes(option) ? ' -r -F' : '';
    return `complete -c portolan -n '${condition}' -l ${option.slice(2)}${files}`;
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
