import { afterAll } from 'vitest';
import { createTestNode, type Mode, type TestNode } from './test-node.ts';

/**
 * For tests that change rules, objects and the configuration, and nothing else of a node: they borrow the same one, which is
 * healthy and without rules each time. Call it once in a file.
 */
export function nodeToBorrow(): (options: { readonly mode: Mode }) => Promise<TestNode> {
  let made: Promise<TestNode> | undefined;
  afterAll(async () => (await made)?.[Symbol.asyncDispose]());
  return async ({ mode }) => {
    made ??= createTestNode({ mode });
    const node = await made;
    await node.startAnew(mode);
    // It goes on to the next.
    return { ...node, [Symbol.asyncDispose]: async () => undefined };
  };
}
