import { type ExitStatus, exitStatus, UserError } from '../program/exit-status.ts';
import type { TraceVerdict } from '../trace/trace.ts';
import type { ExplainOptions } from './explain-options.ts';
import { explainTrace } from './explain-trace.ts';
import { type Explanation, nothingKnown } from './explanation.ts';
import { askedPacket } from './packet/asked-packet.ts';
import { openRules } from './rules/open-rules.ts';

/** Prints what happens to a packet, and which rules make it so. */
export async function explain(options: ExplainOptions): Promise<ExitStatus> {
  const explanation = await explanationOf(options);
  process.stdout.write(await formatted(explanation, options));
  return arrives.has(explanation.verdict) ? exitStatus.ok : exitStatus.incomplete;
}

const arrives: ReadonlySet<TraceVerdict> = new Set(['dnat', 'accept', 'untouched']);

/** What happens to the packet that the options describe. Throws a `UserError` where they name no packet or no rules. */
export async function explanationOf(options: ExplainOptions): Promise<Explanation> {
  if (options.live && options.rules.length > 0)
    throw new UserError('--live and --rules: the rules come from the kernel or from files; give one of them');
  const objects = needsObjects(options)
    ? await (await objectsModule()).loadExplainObjects(options)
    : undefined;
  const rules = await openRules(options, objects);
  const { packet, client } = await askedPacket(options, rules.nodeAddresses, objects);
  const { trace, node } = await rules.trace(packet);
  const knowledge =
    objects === undefined
      ? { ...nothingKnown, client }
      : await (await objectsModule()).knowledgeOf(packet, node, client, objects);
  return explainTrace(trace, { packet, node, knowledge, everyRule: options.all });
}

/** Live and saved rules can be explained without objects: the API server may be the very thing that does not work. */
function needsObjects({ live, rules, source, flags }: ExplainOptions): boolean {
  if (!live && rules.length === 0) return true;
  return source !== undefined || flags.kubeconfig !== undefined || flags.master !== undefined;
}

/** Loaded only when needed: it takes a while, and saved rules alone do without it. */
function objectsModule() {
  return import('./packet/explain-objects.ts');
}

async function formatted(explanation: Explanation, { output, all, color }: ExplainOptions): Promise<string> {
  switch (output) {
    case 'json': {
      const { explanationJson } = await import('./explanation-json.ts');
      return `${JSON.stringify(explanationJson(explanation), undefined, 2)}\n`;
    }
    case 'svg': {
      const { explanationSvg } = await import('./svg/picture.ts');
      return explanationSvg(explanation);
    }
    case 'text': {
      const { explanationLines } = await import('./text/explanation-lines.ts');
      const { default: pc } = await import('picocolors');
      const lines = explanationLines(explanation, { all, colors: pc.createColors(color) });
      return lines.map((line) => `${line}\n`).join('');
    }
  }
}
