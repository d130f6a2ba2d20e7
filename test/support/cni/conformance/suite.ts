import { test as each, expect } from 'vitest';
import { labUnavailable } from '../../lab/unavailable.ts';
import { createPluginNode, type JsonValue, type PluginAnswer, type PluginNode } from '../plugin-node.ts';
import { subject, subjectConfiguration, subjectUnavailable, usesIpam } from './subject.ts';

/** What a test of the suite has: a node with two containers, and the plugin. */
export interface Suite {
  readonly node: PluginNode;
  /** A container's namespace. */
  readonly pod: string;
  readonly otherPod: string;
  /** The newest version that the plugin supports, of those up to 1.1.0. */
  readonly newest: string;
  /** All that the plugin supports from 0.3.1 on, where results have had the form of today, up to 1.1.0. */
  readonly versions: readonly string[];
  /** A configuration of the newest version, with these settings besides. */
  configuration(settings?: JsonValue): JsonValue;
  /** ADD, which must succeed. */
  add(pod: string, settings?: JsonValue): Promise<JsonValue>;
  /** Skips the test where the plugin does not support the version, or uses no IPAM plugin. */
  need(what: '0.4.0' | '1.1.0' | 'ipam'): void;
}

const missing = labUnavailable() ?? subjectUnavailable();

/** A MUST of the specification, or what follows from one: a test of its own. What is a SHOULD there has that word in its name. */
export const must = each
  .extend<Suite>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
    node: async ({}, use) => {
      await using node = await createPluginNode(subject);
      await use(node);
    },
    pod: ({ node }, use) => use(node.containers[0] ?? ''),
    otherPod: ({ node }, use) => use(node.containers[1] ?? ''),
    versions: async ({ node }, use) => {
      const { output } = await node.call('VERSION', { input: { cniVersion: '1.0.0' } });
      const supported: unknown = output?.supportedVersions;
      const known = Array.isArray(supported) ? supported.map(String) : [];
      await use(['0.3.1', '0.4.0', '1.0.0', '1.1.0'].filter((version) => known.includes(version)));
    },
    newest: ({ versions }, use) => use(versions.at(-1) ?? '1.1.0'),
    configuration: ({ node, newest }, use) =>
      use((settings) => subjectConfiguration(node, { cniVersion: newest, ...settings })),
    add: ({ node, configuration }, use) =>
      use(async (container, settings) => {
        const answer = await node.call('ADD', { container, input: configuration(settings) });
        expect(answer, 'ADD must succeed').toMatchObject({ status: 0 });
        return answer.output ?? {};
      }),
    need: ({ node, versions, task, skip }, use) =>
      use((what) => {
        if (what === 'ipam' ? usesIpam(node) : versions.includes(what)) return;
        skip(
          what === 'ipam'
            ? `${task.name}: no IPAM plugin is configured`
            : `the plugin does not support ${what}`,
        );
      }),
  })
  .skipIf(missing !== undefined);

/** What an answer must be that is an error: the exit status, and JSON on standard output (section 5, "Error"). */
export function expectError({ status, output }: PluginAnswer, code?: number): JsonValue {
  expect(status, 'the exit status of a failure').not.toBe(0);
  expect(output, 'standard output holds an error').toMatchObject({
    code: code ?? expect.any(Number),
    msg: expect.any(String),
  });
  return output ?? {};
}

/** What the error says, in all its words. */
export function wordsOf(output: JsonValue): string {
  return `${output.msg} ${output.details ?? ''}`;
}

export function listIn(output: JsonValue | undefined, field: string): readonly JsonValue[] {
  const list: unknown = output?.[field];
  return Array.isArray(list) ? list : [];
}
