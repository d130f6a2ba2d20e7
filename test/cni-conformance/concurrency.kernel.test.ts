import { describe, expect } from 'vitest';
import { subject, subjectConfiguration } from '../support/cni/conformance/subject.ts';
import { listIn, must } from '../support/cni/conformance/suite.ts';
import { createPluginNode } from '../support/cni/plugin-node.ts';

describe('section 3, Lifecycle & Ordering', () => {
  must('calls for different containers at the same time', async ({ newest }) => {
    await using node = await createPluginNode(subject, 12);
    const input = subjectConfiguration(node, { cniVersion: newest });
    const calls = (operation: string) =>
      Promise.all(node.containers.map((container) => node.call(operation, { container, input })));
    const added = await calls('ADD');
    expect(added.filter(({ status }) => status !== 0)).toEqual([]);
    const addresses = added.flatMap(({ output }) => listIn(output, 'ips')).map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect((await calls('DEL')).filter(({ status }) => status !== 0)).toEqual([]);
  });
});
