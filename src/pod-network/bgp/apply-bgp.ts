import { hasFailed } from '../../backend/failure.ts';
import type { BirdDaemon } from '../../kernel/bird/bird-daemon.ts';
import { birdConfig, birdWithoutRoutes } from './bird-config.ts';
import type { BgpPlan } from './plan-bgp.ts';

/** Has the routing daemon run as planned; returns what was done, a line each. Rejects with a `ToolError` where that fails. */
export async function applyBgp(plan: BgpPlan | undefined, bird: BirdDaemon): Promise<readonly string[]> {
  if (plan === undefined) return await removeBgp(bird);
  const done = await bird.run(birdConfig(plan));
  return done === undefined ? [] : [`bird ${done}, with ${plan.sessions.length} routers`];
}

/** Where the program is not installed nothing of it can be left. */
async function removeBgp(bird: BirdDaemon): Promise<readonly string[]> {
  try {
    return (await bird.remove(birdWithoutRoutes)) ? ['bird ended, and its routes removed'] : [];
  } catch (error) {
    if (hasFailed(error, 'missing')) return [];
    throw error;
  }
}
