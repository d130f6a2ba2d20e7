import { execa } from 'execa';

/** Puts a table of another program with so many chains into this network namespace. */
export async function loadStrangersTable(chains: number): Promise<void> {
  await execa('nft', ['-f', '-'], { input: strangersTable(chains) });
}

/** Each chain has a rule and is called from one hook. */
function strangersTable(chains: number): string {
  const names = Array.from({ length: chains }, (_, index) => `stranger-${index}`);
  return [
    'table ip stranger {',
    ...names.map((name, index) => `chain ${name} { ip daddr ${address(index)} drop; }`),
    'chain forward { type filter hook forward priority filter; policy accept;',
    ...names.map((name) => `jump ${name}`),
    '}',
    '}',
    '',
  ].join('\n');
}

/** None that a generated cluster has. */
function address(index: number): string {
  return `198.18.${(index >> 8) & 255}.${index & 255}`;
}
