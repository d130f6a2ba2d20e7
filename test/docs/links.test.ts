import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  anchors,
  documents,
  inlineCode,
  linkTargets,
  readDocument,
  root,
} from '../support/docs/documents.ts';

describe.each(documents)('$path', ({ path, text }) => {
  test('has a target for every relative link', () => {
    const broken = linkTargets(text).filter((target) => !isExternal(target) && !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });

  test('names only files that there are', () => {
    const named = inlineCode(text).filter((code) => isProjectPath.test(code));
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

const isProjectPath = /^(?:src|test|rules|docs|fixtures|scripts|manifests|bin|bench)\/[\w./-]*$/;

function isExternal(target: string): boolean {
  return /^[a-z]+:/.test(target);
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || anchors(readDocument(path)).includes(anchor);
}
