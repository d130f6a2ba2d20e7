import type { TraceVerdict } from '../../trace/trace.ts';
import type { ExplainedEndpoint, Explanation } from '../explanation.ts';
import { percentText } from '../percent.ts';
import { packetWords, senderWords } from './packet-words.ts';
import { pathLines } from './path-lines.ts';
import type { Colors, TextOptions } from './text-options.ts';

/** The explanation for people: the answer first, then the packet's path, rule by rule. */
export function explanationLines(explanation: Explanation, options: TextOptions): readonly string[] {
  const { colors } = options;
  return [
    colors.bold(packetWords(explanation)),
    '',
    ...answerLines(explanation, options),
    '',
    ...pathLines(explanation.path, options),
  ];
}

function answerLines(explanation: Explanation, { colors, all }: TextOptions): readonly string[] {
  const { verdict, summary, endpoints, unknowns, assumptions, notes } = explanation;
  return [
    labelled('verdict', `${verdictColor(verdict, colors)(colors.bold(verdict))}: ${summary}`),
    ...listed(verdict === 'unknown' ? 'at most' : 'endpoints', endpointLines(endpoints, all)),
    ...listed('sender', senderWords(explanation)),
    ...listed(
      'unknown',
      unknowns.map((unknown) => colors.yellow(unknown)),
    ),
    ...listed('assumed', assumptions),
    ...listed(
      'note',
      notes.map((note) => colors.yellow(note)),
    ),
  ];
}

/** Labels are padded to this width, so that the values line up. */
const labelWidth = 11;

function labelled(label: string, text: string): string {
  return `${label.padEnd(labelWidth)}${text}`;
}

function listed(label: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => labelled(index === 0 ? label : '', text));
}

function verdictColor(verdict: TraceVerdict, colors: Colors): (text: string) => string {
  switch (verdict) {
    case 'dnat':
    case 'accept':
    case 'untouched':
      return colors.green;
    case 'reject':
    case 'drop':
      return colors.red;
    case 'varies':
    case 'unknown':
      return colors.yellow;
  }
}

/** More than `mostShown` are cut to `fewShown`, so that cutting always saves several lines. */
const mostShown = 10;
const fewShown = 5;

function endpointLines(endpoints: readonly ExplainedEndpoint[], all: boolean): readonly string[] {
  const shown = all || endpoints.length <= mostShown ? endpoints : endpoints.slice(0, fewShown);
  const width = Math.max(...shown.map(({ endpoint }) => endpoint.length), 0);
  const lines = shown.map((endpoint) => {
    const percent = percentText(endpoint.percent).padStart(percentText(100).length);
    return `${percent}  ${endpoint.endpoint.padEnd(width)}  ${backendWords(endpoint)}`.trimEnd();
  });
  const rest = endpoints.length - shown.length;
  return rest === 0 ? lines : [...lines, `and ${rest} more (--all shows them)`];
}

function backendWords({ backend }: ExplainedEndpoint): string {
  if (backend === undefined) return '';
  const { pod, node, isOnThisNode } = backend;
  const where = isOnThisNode ? 'on this node' : node === undefined ? '' : `on node ${node}`;
  return [pod === undefined ? '' : `pod ${pod}`, where].filter((part) => part !== '').join(' ');
}
