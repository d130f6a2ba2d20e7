import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

describe('a run of vitest with the reporter', () => {
  const root = join(import.meta.dirname, '../..');
  let folder: string;

  beforeEach(async () => {
    // Inside the checkout, where the sample finds vitest, and ignored by git and the linter.
    await mkdir(join(root, 'coverage'), { recursive: true });
    folder = await mkdtemp(join(root, 'coverage/reporter-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test('ends with the totals and says why tests were skipped', async () => {
    const { exitCode, lines } = await run(`
      test('passes', () => {});
      test('fails', () => expect(1).toBe(2));
      test('is skipped', ({ skip }) => skip('the moon is down'));
      test.skip('is skipped without a word', () => {});
    `);
    expect(exitCode).toBe(1);
    expect(lines).toContain('Skipped: the moon is down');
    expect(lines).toContain('Skipped: not selected, or without a reason');
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 2 skipped');
  });

  test('counts a file that cannot be loaded as a failure', async () => {
    const { exitCode, lines } = await run('throw new Error("broken");');
    expect({ exitCode, last: lines.at(-1) }).toEqual({ exitCode: 1, last: '0 passed, 1 failed' });
  });

  test('counts an error outside the tests as a failure', async () => {
    const { exitCode, lines } = await run(`
      test('passes', async () => {
        Promise.reject(new Error('nobody waits'));
        await new Promise((resolve) => setImmediate(resolve));
      });
    `);
    expect({ exitCode, last: lines.at(-1) }).toEqual({ exitCode: 1, last: '1 passed, 1 failed' });
  });

  async function run(source: string): Promise<{ exitCode: number | undefined; lines: string[] }> {
    await writeFile(join(folder, 'sample.test.ts'), `import { expect, test } from 'vitest';\n${source}`);
    const { exitCode, stdout } = await execa(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--root',
        folder,
        `--reporter=${join(root, 'scripts/reporter.ts')}`,
      ],
      { env: { NO_COLOR: '1' }, reject: false },
    );
    return { exitCode, lines: stdout.split('\n') };
  }
});
