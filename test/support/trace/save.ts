/**
 * Rules as iptables-save prints them: for each table its `-A` lines, and `-P CHAIN DROP` for a policy. Chains that rules
 * are in are declared.
 */
export function save(tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables)
    .map(([table, text]) => saveTable(table, text.trim().split(/\n\s*/)))
    .join('');
}

function saveTable(table: string, lines: readonly string[]): string {
  const own = builtIn[table] ?? [];
  const policies = new Map(
    lines.filter((line) => line.startsWith('-P')).map((line) => twoWords(line.slice(3))),
  );
  const used = lines.filter((line) => line.startsWith('-A')).map((line) => twoWords(line.slice(3))[0]);
  const others = [...new Set(used)].filter((chain) => !own.includes(chain));
  return [
    `*${table}`,
    ...own.map((chain) => `:${chain} ${policies.get(chain) ?? 'ACCEPT'} [0:0]`),
    ...others.map((chain) => `:${chain} - [0:0]`),
    ...lines.filter((line) => line.startsWith('-A')),
    'COMMIT\n',
  ].join('\n');
}

function twoWords(text: string): readonly [string, string] {
  const [first = '', second = ''] = text.split(' ');
  return [first, second];
}

const builtIn: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
