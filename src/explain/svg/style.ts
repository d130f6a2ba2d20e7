/** Colours of a picture; `shapes.ts` and `draw-path.ts` set the classes. */
interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly faint: string;
  readonly lane: string;
  readonly box: string;
  readonly line: string;
  readonly good: string;
  readonly bad: string;
  readonly doubt: string;
  readonly choice: string;
}

const light: Palette = {
  ground: '#ffffff',
  text: '#1c2733',
  faint: '#5b6876',
  lane: '#eef2f6',
  box: '#ffffff',
  line: '#8593a3',
  good: '#d9f2e1',
  bad: '#fbdcdc',
  doubt: '#fcefc9',
  choice: '#e3e4fa',
};

const dark: Palette = {
  ground: '#14191f',
  text: '#e6ebf0',
  faint: '#9aa7b4',
  lane: '#1e262e',
  box: '#28323c',
  line: '#6b7986',
  good: '#1d4a2e',
  bad: '#5b2326',
  doubt: '#574614',
  choice: '#33345c',
};

/** One style sheet for light and dark: viewers without a preference show the light one. */
export const svgStyle = `
text { font-family: system-ui, "DejaVu Sans", Helvetica, Arial, sans-serif; }
.title { font-size: 16px; font-weight: 600; }
.label { font-size: 12.5px; font-weight: 600; letter-spacing: 0.3px; }
.reason { font-size: 13px; }
.share { font-size: 13px; font-variant-numeric: tabular-nums; }
.place, .rule { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.place { font-size: 11px; }
.rule { font-size: 10px; }
.box { stroke-width: 1; }
.choice, .doubt { stroke-dasharray: 5 3; }
.arrow { fill: none; stroke-width: 1.5; }
${colors(light)}
@media (prefers-color-scheme: dark) {
${colors(dark)}
}
`;

function colors({ ground, text, faint, lane, box, line, good, bad, doubt, choice }: Palette): string {
  return `.ground { fill: ${ground}; }
text { fill: ${text}; }
.place, .rule { fill: ${faint}; }
.lane { fill: ${lane}; }
.box { fill: ${box}; stroke: ${line}; }
.good { fill: ${good}; }
.bad { fill: ${bad}; }
.doubt { fill: ${doubt}; }
.choice { fill: ${choice}; }
.arrow { stroke: ${line}; }
.head { fill: ${line}; }`;
}
