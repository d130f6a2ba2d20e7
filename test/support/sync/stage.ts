import { onTestFinished } from 'vitest';
import { type Family, families } from '../../../src/net/family.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { ServiceKey } from '../../../src/state/records.ts';
import { Reconciler } from '../../../src/sync/reconciler.ts';
import type { SyncEvent } from '../../../src/sync/sync-event.ts';
import { address, context, service, serviceKey } from '../records.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeKernel, textOf } from './fake-kernel.ts';

/** The reconcilers of both families over kernels that are models, and a clock that stands still. */
export function stage({ minSyncPeriod = 0 }: { readonly minSyncPeriod?: number } = {}) {
  const clock = new FakeClock();
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const where = context({ holder: (claim) => state.holder(claim) });
  const kernels = { IPv4: new FakeKernel('IPv4', clock), IPv6: new FakeKernel('IPv6', clock) };
  const events: SyncEvent[] = [];
  const reconcilers = families.map(
    (family) =>
      new Reconciler({
        backend: kernels[family],
        book,
        context: () => where,
        clock,
        minSyncPeriod,
        listener: (event) => events.push(event),
      }),
  );
  const request = () => {
    for (const reconciler of reconcilers) reconciler.request();
  };
  const demandFull = () => {
    for (const reconciler of reconcilers) reconciler.demandFull();
  };
  /** The Service of this number, dual-stack; another `port` is another version of it. */
  const put = (host: number, port = 80) => {
    const key = serviceKey(`default/s${host}`);
    const record = service({
      key,
      clusterIPs: [address(`10.96.0.${host}`), address(`fd00:96::${host}`)],
      ports: [{ name: 'http', protocol: 'TCP', port, nodePort: undefined }],
    });
    state.apply({ kind: 'Service', key, record });
    request();
  };
  const remove = (host: number) => {
    state.apply({ kind: 'Service', key: serviceKey(`default/s${host}`), record: undefined });
    request();
  };
  const ending = new AbortController();
  const run = () => Promise.all(reconcilers.map((reconciler) => reconciler.run(ending.signal)));
  /** Runs both from now on, until the test has ended. */
  const start = () => {
    const running = run();
    onTestFinished(async () => {
      ending.abort();
      await clock.pass(60_000);
      await running;
    });
  };
  return {
    clock,
    state,
    book,
    kernels,
    reconcilers,
    events,
    request,
    demandFull,
    put,
    remove,
    ending,
    run,
    start,
  };
}

/** What the kernel should have of a family. */
export function wanted({ state, book }: Pick<ReturnType<typeof stage>, 'state' | 'book'>, family: Family) {
  const where = context({ holder: (claim) => state.holder(claim) });
  book.take(family, () => where);
  return new Map<ServiceKey, string>([...book.plans(family)].map(([key, ports]) => [key, textOf(ports)]));
}
