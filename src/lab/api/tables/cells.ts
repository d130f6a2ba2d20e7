import type { PodTemplate } from '../kinds/pod.ts';
import type { StoredObject } from '../store/api-object.ts';
import { ageSince } from './age.ts';
import type { Column } from './make-table.ts';

/** Columns that many kinds have. */

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  priority: 0,
  cell: ({ metadata }) => ageSince(metadata.creationTimestamp),
};

export function text<T extends StoredObject>(name: string, cell: (object: T) => string): Column<T> {
  return { name, type: 'string', priority: 0, cell };
}

/** Shown by `-o wide` only. */
export function wide<T extends StoredObject>(name: string, cell: (object: T) => string): Column<T> {
  return { name, type: 'string', priority: 1, cell };
}

export function number<T extends StoredObject>(name: string, cell: (object: T) => number): Column<T> {
  return { name, type: 'integer', priority: 0, cell };
}

/** `app=web,tier=front`, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  return listText(Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`));
}

export function listText(texts: readonly string[] | undefined): string {
  return texts === undefined || texts.length === 0 ? '<none>' : texts.join(',');
}

/** Containers and images of a template, for `-o wide`. */
export function containerColumns<T extends StoredObject>(template: (object: T) => PodTemplate): Column<T>[] {
  return [
    wide('Containers', (object) => listText(template(object).spec.containers.map(({ name }) => name))),
    wide('Images', (object) => listText(template(object).spec.containers.map(({ image = '' }) => image))),
  ];
}
