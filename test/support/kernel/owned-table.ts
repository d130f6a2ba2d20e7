import { execa } from 'execa';
import { inNamespace } from '../lab/namespaces.ts';
import { until } from '../until.ts';

/** A table that only the process may change that has made it, until disposed of: nft with an open standard input. */
export async function ownedTable(namespace: string, title: string): Promise<AsyncDisposable> {
  const [command, ...words] = [...inNamespace(namespace), 'nft', '-i'] as const;
  const owner = execa(command, words, { stdin: 'pipe', reject: false });
  owner.stdin.write(`add table ${title} { flags owner; }\n`);
  const [list, ...listWords] = [...inNamespace(namespace), 'nft', 'list', 'tables'] as const;
  await until(
    async () => (await execa(list, listWords)).stdout,
    (tables) => tables.includes(title),
  );
  return {
    async [Symbol.asyncDispose]() {
      owner.stdin.end();
      await owner;
    },
  };
}
