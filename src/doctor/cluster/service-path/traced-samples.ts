import { Unobservable } from '../../../kernel/unobservable.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import { type DoctorContext, requireObjects } from '../../doctor-check.ts';
import { localPods } from '../masquerade/local-pods.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import { type SampleNode, type SamplePacket, samplePackets } from './sample-packets.ts';
import { sampleServices } from './sample-services.ts';
import type { TracedSample, TracedSamples } from './traced-sample.ts';

const known = new WeakMap<DoctorContext, Promise<TracedSamples>>();

/**
 * The packets of the sample, traced through the rules in force; shared by several checks. Rejects with an
 * `Unobservable` where none of them can be traced.
 */
export function tracedSamples(context: DoctorContext): Promise<TracedSamples> {
  const before = known.get(context);
  if (before !== undefined) return before;
  const all = traceServices(context, sampleOf(context));
  known.set(context, all);
  return all;
}

/** The service ports that checks of rules examine: those of `--service`, or a sample. */
export function sampleOf(context: DoctorContext): readonly ServicePortPlan[] {
  return [...plansOf(context).values()].flatMap((ofFamily) => {
    const all = [...ofFamily.values()].flat();
    return context.service === undefined
      ? sampleServices(all)
      : all.filter(({ service }) => service === context.service);
  });
}

async function traceServices(
  context: DoctorContext,
  plans: readonly ServicePortPlan[],
): Promise<TracedSamples> {
  const localAddresses = context.live.localAddresses();
  const on: SampleNode = {
    config: context.config,
    node: requireObjects(context).state.node,
    localAddresses,
    pods: localPods(allPlans(plansOf(context)), localAddresses),
  };
  const traced: TracedSample[] = [];
  const untraced: { sample: SamplePacket; reason: string }[] = [];
  for (const sample of plans.flatMap((plan) => samplePackets(plan, on))) {
    try {
      traced.push({ sample, trace: await context.live.trace(sample.packet) });
    } catch (error) {
      if (!(error instanceof Unobservable)) throw error;
      untraced.push({ sample, reason: error.message });
    }
  }
  const [first] = untraced;
  if (traced.length === 0 && first !== undefined) throw new Unobservable(first.reason);
  return { traced, untraced };
}
