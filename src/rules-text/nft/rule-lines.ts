/** Splits what stands in a chain into its rules: one a line, but for braces that stay open until a later one. */
export function splitRules(body: string): readonly string[] {
  const rules: string[] = [];
  let [open, depth] = ['', 0];
  for (const raw of body.split('\n')) {
    const line = raw.trim().replace(handle, '');
    if (line === '' || isRemark.test(line) || (depth === 0 && isOfChain.test(line))) continue;
    open = open === '' ? line : `${open}\n${line}`;
    depth += depthOf(line);
    if (depth > 0) continue;
    rules.push(open);
    [open, depth] = ['', 0];
  }
  if (open !== '') rules.push(open);
  return rules;
}

/** nft's own, but for extensions of xtables. */
const isRemark = /^#(?! xt_)/;

/** Of `nft -a`. */
const handle = /\s*# handle \d+$/;

/** What a chain says of itself. */
const isOfChain = /^(?:type \w+ hook |policy |comment ".*"$)/;

/** How many braces a line opens and does not close. */
export function depthOf(line: string): number {
  if (!line.includes('{') && !line.includes('}')) return 0;
  let depth = 0;
  for (const [part] of line.matchAll(/"[^"]*"|[{}]/g)) {
    if (part === '{') depth += 1;
    else if (part === '}') depth -= 1;
  }
  return depth;
}
