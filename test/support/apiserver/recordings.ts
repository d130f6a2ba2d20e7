import { existsSync, readFileSync } from 'node:fs';
import { type ApiObject, isObject } from '../../../src/lab/api/store/api-object.ts';
import { sharedPath } from '../conformance/shared.ts';

const folder = `${sharedPath}api-recordings`;

/** Answers of a real API server (1.36.2), beside the checkout. */
export function recordingsUnavailable(): string | undefined {
  return existsSync(folder) ? undefined : 'the recordings of an API server (../shared) are absent';
}

/** The text of one, as it came. */
export function recording(name: string): string {
  return readFileSync(`${folder}/${name}`, 'utf8');
}

export interface RecordedEvent {
  readonly type: string;
  readonly object: ApiObject;
}

export function recordedEvents(name: string): readonly RecordedEvent[] {
  return recording(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The version of an object or of a List. */
export function versionIn({ metadata }: ApiObject): number {
  return Number(isObject(metadata) ? metadata.resourceVersion : undefined);
}
