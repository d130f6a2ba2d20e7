import type { History } from './any-history.ts';
import type { PlayedProxy } from './proxies.ts';

/** Gives a proxy the changes of a history, with its pauses. */
export async function playSteps(proxy: PlayedProxy, { steps }: Pick<History, 'steps'>): Promise<void> {
  for (const { changes, pause } of steps) {
    await proxy.apply(changes);
    await proxy.pass(pause);
  }
}
