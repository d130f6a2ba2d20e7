import type { Yardsticks } from '../figures.ts';

/** Seconds of a whole process as a multiple of the floor, what the command takes to start left out. */
export function lessStart(seconds: number, { floor, start }: Yardsticks): string {
  return ((seconds - start) / floor.seconds).toFixed(2);
}
