/** The time in seconds, as the server writes times: `2026-01-31T12:00:00Z`. */
export function now(): string {
  return new Date(Date.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
