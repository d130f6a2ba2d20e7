/** A figure and whether it meets its goal; both in the unit, which is empty for a ratio. */
export function withGoal(value: number, goal: number | undefined, unit: string, digits: number): string {
  const figure = `${value.toFixed(digits)} ${unit}`.trimEnd();
  if (goal === undefined) return figure;
  return `${figure} (≤ ${goal.toFixed(digits)}: ${value <= goal ? 'met' : 'missed'})`;
}
