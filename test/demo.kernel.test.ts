import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';

const program = join(import.meta.dirname, '../scripts/demo/main.ts');
const refused = 2;

describe('the demo', () => {
  test('plays to its end without an error or colours in a pipe, and leaves nothing', async ({ skip }) => {
    const mark = randomUUID();
    const { exitCode, stdout, stderr } = await start(mark);
    skip(exitCode === refused, firstLines(stderr));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.match(/300 answered, 0 errors/g)).toHaveLength(4);
    expect(stdout).not.toContain('\u001b');
    await expectNothingLeft(mark);
  });

  test.for([
    ['SIGINT', 'portolan lab up', 130],
    ['SIGTERM', 'A pod asks', 143],
    ['SIGINT', 'requests from a pod', 130],
    ['SIGTERM', 'requests from outside', 143],
    ['SIGINT', 'A pod leaves', 130],
  ] as const)('leaves nothing where %s comes at "%s"', async ([signal, moment, exitCode], { skip }) => {
    const mark = randomUUID();
    const child = start(mark);
    await untilItSays(child, moment, skip);
    child.kill(signal);
    expect((await child).exitCode).toBe(exitCode);
    await expectNothingLeft(mark);
  });

  test('leaves nothing where it is killed without a chance to clean up', async ({ skip }) => {
    const mark = randomUUID();
    const child = start(mark);
    await untilItSays(child, 'requests from outside', skip);
    child.kill('SIGKILL');
    await child;
    while ((await processesWith(mark)).length > 0) await setTimeout(10);
    await expectNothingLeft(mark);
  });
});

// Every process of the demo inherits the mark.
function start(mark: string) {
  const env = { PORTOLAN_DEMO_TEST: mark, FORCE_COLOR: undefined, CI: 'true' };
  return execa(process.execPath, [program], { env, reject: false, cleanup: true });
}

async function untilItSays(
  child: ReturnType<typeof start>,
  text: string,
  skip: TestContext['skip'],
): Promise<void> {
  const said = Promise.withResolvers<'said'>();
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (output.includes(text)) said.resolve('said');
  });
  const first = await Promise.race([said.promise, child]);
  if (first === 'said') return;
  skip(first.exitCode === refused, firstLines(first.stderr));
  throw new Error(`the demo ended with ${first.exitCode} before it said "${text}": ${first.stderr}`);
}

async function expectNothingLeft(mark: string): Promise<void> {
  expect(await processesWith(mark)).toEqual([]);
  expect(existsSync('/mnt/portolan')).toBe(false);
}

// A process that ends while we look at it counts as gone.
async function processesWith(mark: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    ids.map((id) => readFile(`/proc/${id}/environ`, 'utf8').catch(() => '')),
  );
  return ids.filter((_id, index) => environments[index]?.includes(mark));
}

function firstLines(text: string): string {
  return text.split('\n').slice(0, 2).join('').trim();
}
