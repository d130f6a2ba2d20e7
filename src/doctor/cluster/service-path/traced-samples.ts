import { Unobservable } from '../../../kernel/unobservable.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import { requireObjects, type Subject } from '../../doctor-check.ts';
import { localPods } from '../masquerade/local-pods.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import { type SampleNode, type SamplePacket, samplePackets } from './sample-packets.ts';
import { sampleServices } from './sample-services.ts';
import type { TracedSample, TracedSamples } from './traced-sample.ts';

const known = new WeakMap<Subject, Promise<TracedSamples>>();

/**
 * The packets of the sample, walked through the rules in force; several checks look at the same. Rejects with an
 * `Unobservable` where not one of them can be.
 */
export function tracedSamples(subject: Subject): Promise<TracedSamples> {
  const before = known.get(subject);
  if (before !== undefined) return before;
  const all = traceServices(subject, sampleOf(subject));
  known.set(subject, all);
  return all;
}

/** The service ports that the checks of rules look at: those of the Service that the operator asks about, or some. */
export function sampleOf(subject: Subject): readonly ServicePortPlan[] {
  return [...plansOf(subject).values()].flatMap((ofFamily) => {
    const all = [...ofFamily.values()].flat();
    return subject.service === undefined
      ? sampleServices(all)
      : all.filter(({ service }) => service === subject.service);
  });
}

async function traceServices(subject: Subject, plans: readonly ServicePortPlan[]): Promise<TracedSamples> {
  const localAddresses = subject.live.localAddresses();
  const on: SampleNode = {
    config: subject.config,
    node: requireObjects(subject).state.node,
    localAddresses,
    pods: localPods(allPlans(plansOf(subject)), localAddresses),
  };
  const traced: TracedSample[] = [];
  const untraced: { sample: SamplePacket; reason: string }[] = [];
  for (const sample of plans.flatMap((plan) => samplePackets(plan, on))) {
    try {
      traced.push({ sample, trace: await subject.live.trace(sample.packet) });
    } catch (error) {
      if (!(error instanceof Unobservable)) throw error;
      untraced.push({ sample, reason: error.message });
    }
  }
  const [first] = untraced;
  if (traced.length === 0 && first !== undefined) throw new Unobservable(first.reason);
  return { traced, untraced };
}
