import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

/** A Markdown file of the project, by its path in the checkout. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Code between fences, with the word behind the opening one. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

export const documents: readonly Document[] = globSync(['*.md', 'docs/*.md', 'manifests/**/*.md'], {
  cwd: root,
})
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const fenced = /^( *)```(\S*)\n(.*?)^\1```$/gms;

export function codeBlocks(text: string): readonly CodeBlock[] {
  return Array.from(text.matchAll(fenced), ([, indent = '', language = '', code = '']) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** What stands between single backticks, outside of code blocks. */
export function inlineCode(text: string): readonly string[] {
  return Array.from(withoutBlocks(text).matchAll(/`([^`\n]+)`/g), ([, code = '']) => code);
}

/** Targets of links and pictures. */
export function linkTargets(text: string): readonly string[] {
  return Array.from(withoutBlocks(text).matchAll(/\]\(([^()\s]+)\)/g), ([, target = '']) => target);
}

/** The anchors that headings get: lower case, without punctuation, with a hyphen for each space. */
export function anchors(text: string): readonly string[] {
  return Array.from(withoutBlocks(text).matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutBlocks(text: string): string {
  return text.replaceAll(fenced, '');
}
