/** How many results are kept; with one more, all are forgotten. */
const most = 1_000;

/** The same function of a text, for what is asked about the same few texts again and again: it keeps its last results. */
export function remembered<Text extends string, Result>(
  compute: (text: Text) => Result,
): (text: Text) => Result {
  const results = new Map<Text, Result>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = compute(text);
    if (results.size >= most) results.clear();
    results.set(text, result);
    return result;
  };
}
