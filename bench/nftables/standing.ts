import { generation } from '../../src/kernel/netlink/nf-tables/requests.ts';
import { clusterFlags, startPortolan, timePortolan } from './portolan.ts';

/** Portolan where its tables stand already and are right. All times are seconds of a whole process. */
export interface StandingFigures {
  /** From the start of `portolan run` until all rules are in force. */
  readonly restart: number;
  /** Whether the restart wrote nothing to nf_tables. */
  readonly isUntouched: boolean;
  /** `portolan status` of the Service in the middle, without the interval between its two readings. */
  readonly statusOfOne: number;
  /** The same of all Services. */
  readonly statusOfAll: number;
}

const [folder = '', services = ''] = process.argv.slice(2);
/** Milliseconds; the shortest that there is. */
const interval = 100;

await timePortolan(['run', '--once', ...clusterFlags(folder)]);
const before = await knownGeneration();
const { programmed, end } = await startPortolan(clusterFlags(folder));
await end();
const figures: StandingFigures = {
  restart: programmed,
  isUntouched: (await knownGeneration()) === before,
  statusOfOne: await status([serviceName(Number(services) >> 1)]),
  statusOfAll: await status([]),
};
process.stdout.write(JSON.stringify(figures));

/** Every transaction of the network namespace changes it, whoever makes that. */
async function knownGeneration(): Promise<number> {
  const number = await generation();
  if (number === undefined) throw new Error('the kernel does not tell the generation of nf_tables');
  return number;
}

async function status(names: readonly string[]): Promise<number> {
  const args = ['status', ...names, ...clusterFlags(folder), '--interval', `${interval}ms`];
  const { seconds, stdout } = await timePortolan(args);
  const expected = names[0] ?? serviceName(Number(services) - 1);
  if (!stdout.includes(expected))
    throw new Error(`status does not show ${expected}: ${stdout.slice(0, 500)}`);
  return seconds - interval / 1000;
}

function serviceName(index: number): string {
  return `bench/svc-${index}`;
}
