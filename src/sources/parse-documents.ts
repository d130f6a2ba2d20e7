import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import { printable } from '../state/shown.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';
import { splitJson } from './split-json.ts';

/** A document as it was parsed, or why it could not be. Lines count from 1. */
export type ParsedDocument =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly fault: string };

/** Every document in the text of a JSON or YAML file, parsed one at a time. Never throws. */
export function* parseDocuments(text: string): Iterable<ParsedDocument> {
  for (const document of splitDocuments(text)) {
    yield* looksLikeJson(document.text) ? parseJson(document) : parseYaml(document);
  }
}

function looksLikeJson(text: string): boolean {
  return /^(?:---)?\s*[{[]/.test(text);
}

/** One JSON value; or what else may start with a bracket: YAML in flow style, and several JSON values. */
function parseJson({ text, line }: DocumentText): Iterable<ParsedDocument> {
  const body = { text: text.replace(/^---/, ''), line };
  const value = parseJsonValue(body);
  if ('value' in value) return [value];
  const yaml = [...parseYaml({ text, line })];
  return yaml.some(isBroken) ? (parseJsonValues(body) ?? yaml) : yaml;
}

/** `undefined` where nothing of it is JSON: YAML's parser then knows best what is wrong, and on which line. */
function parseJsonValues({ text, line }: DocumentText): readonly ParsedDocument[] | undefined {
  const values: ParsedDocument[] = [];
  for (const value of splitJson(text)) values.push(parseJsonValue({ ...value, line: line + value.line - 1 }));
  return values.every(isBroken) ? undefined : values;
}

function isBroken(document: ParsedDocument): boolean {
  return 'fault' in document;
}

function parseJsonValue({ text, line }: DocumentText): ParsedDocument {
  try {
    return { line, value: JSON.parse(text) };
  } catch (error) {
    return { line, fault: messageOf(error) };
  }
}

// The core schema makes no dates of time stamps: an object holds what its text says. kubectl knows merge keys (<<) too.
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Aliases of aliases grow without bound ("billion laughs"); manifests have a few at most. */
const maxAliases = 100;

function* parseYaml({ text, line }: DocumentText): Iterable<ParsedDocument> {
  try {
    for (const value of loadAll(text, { schema, maxAliases })) yield { line, value };
  } catch (error) {
    const at = error instanceof YAMLException ? (error.mark?.line ?? 0) : 0;
    yield { line: line + at, fault: messageOf(error) };
  }
}

const longestMessage = 200;

/** The parsers quote from the text, which can be anything. */
function messageOf(error: unknown): string {
  const message =
    error instanceof YAMLException ? error.reason : error instanceof Error ? error.message : String(error);
  return printable(message.slice(0, longestMessage));
}
