import { shared } from '../../shared.ts';
import { createTestNode, type Mode, type TestNode } from './test-node.ts';

/**
 * For tests that change rules, objects and the configuration, and nothing else of a node: they share one, which is healthy
 * and without rules each time. Call it once in a file.
 */
export function nodeToBorrow(): (options: { readonly mode: Mode }) => Promise<TestNode> {
  const borrow = shared(
    () => createTestNode({ mode: 'nftables' }),
    async () => undefined,
  );
  return async ({ mode }) => {
    const node = await borrow();
    await node.startAnew(mode);
    // It goes on to the next.
    return { ...node, [Symbol.asyncDispose]: async () => undefined };
  };
}
