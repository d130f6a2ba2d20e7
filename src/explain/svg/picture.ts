import type { Explanation } from '../explanation.ts';
import { groupBranches } from '../group-branches.ts';
import { shownPath } from '../shown-path.ts';
import { packetWords, senderWords } from '../text/packet-words.ts';
import { columnsOf } from './columns.ts';
import { drawPath, verdictKind } from './draw-path.ts';
import { type Drawing, drawBox, escaped, gap, type Line, rectangle } from './drawing.ts';
import { svgStyle } from './style.ts';

/**
 * A picture of the packet's path, from its sender at the top to its end. It is a single SVG document that needs no
 * script, font or other file.
 */
export function explanationSvg(explanation: Explanation): string {
  const shown = shownPath(explanation.path, groupBranches);
  const columns = columnsOf(shown);
  const width = columns === 1 ? singleWidth : columns * columnWidth;
  const area = { x: margin, y: margin, width };
  const answer = drawBox(verdictKind(explanation.verdict), answerLines(explanation), area);
  const sender = drawBox('plain', [senderLine(explanation)], { ...area, y: area.y + answer.height + gap });
  const top = area.y + answer.height + gap + sender.height;
  const path = drawPath(shown, { ...area, y: top }, explanation.endpoints);
  return svgDocument(explanation, width + 2 * margin, {
    height: top + path.height + margin,
    shapes: [...answer.shapes, ...sender.shapes, ...path.shapes],
  });
}

const margin = 24;
const singleWidth = 720;
const columnWidth = 460;

function answerLines(explanation: Explanation): readonly Line[] {
  const { verdict, summary, unknowns, assumptions, notes } = explanation;
  const more = [
    ...senderWords(explanation),
    ...unknowns.map((unknown) => `unknown: ${unknown}`),
    ...assumptions.map((assumption) => `assumed: ${assumption}`),
    ...notes.map((note) => `note: ${note}`),
  ];
  return [
    { style: 'title', text: packetWords(explanation) },
    { style: 'label', text: `${verdict.toUpperCase()}: ${summary}` },
    ...more.map((text): Line => ({ style: 'reason', text })),
  ];
}

function senderLine({ packet, client }: Explanation): Line {
  return { style: 'label', text: client === undefined ? packet.source : `${packet.source} · ${client}` };
}

function svgDocument(explanation: Explanation, width: number, { height, shapes }: Drawing): string {
  const size = `width="${width}" height="${Math.ceil(height)}" viewBox="0 0 ${width} ${Math.ceil(height)}"`;
  const head =
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`,
    `<title>${escaped(packetWords(explanation))}</title>`,
    `<desc>${escaped(`${explanation.verdict}: ${explanation.summary}`)}</desc>`,
    `<style>${svgStyle}</style>`,
    `<defs>${head}<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>`,
    rectangle('ground', { x: 0, y: 0, width }, Math.ceil(height), 0),
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}
