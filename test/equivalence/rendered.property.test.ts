import fc from 'fast-check';
import { expect, test } from 'vitest';
import { desiredRules } from '../../src/iptables/desired-rules.ts';
import { renderRules } from '../../src/iptables/render-rules.ts';
import { iptablesRuleFiles } from '../../src/kernel/rule-files.ts';
import { families } from '../../src/net/family.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { readIptablesRules } from '../../src/rules-text/iptables/read-rules.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { contestedHistory, ordinaryHistory } from '../support/equivalence/any-history.ts';
import { describeDisagreement, disagreements } from '../support/equivalence/compare.ts';
import { factsOf, iptablesOptionsOf, ownAddresses } from '../support/equivalence/settings.ts';

test('the iptables rules that are rendered for any cluster do what the plans say', () => {
  fc.assert(
    fc.property(fc.oneof(ordinaryHistory, contestedHistory), ({ settings, steps }) => {
      const state = new ClusterState('node-0');
      const book = new PlanBook(state);
      for (const change of steps.flatMap(({ changes }) => changes)) state.apply(change);
      const { nodeName, node } = state;
      const nodeIPs = ownAddresses(state);
      const holder = (claim: string) => state.holder(claim);
      book.update({ nodeName, zone: node?.zone ?? '', nodeHints: true, nodeIPs, holder });
      for (const family of families) {
        const options = iptablesOptionsOf(settings, family, state);
        const text = [...renderRules(desiredRules(iptablesRuleFiles(), book.plans(family), options))].join(
          '',
        );
        const ruleset = { family, tables: readIptablesRules(text, { family }) };
        const plans = [...book.plans(family).values()].flat();
        const facts = factsOf(settings, family, state);
        const found = disagreements({ mode: 'iptables', plans, facts, ruleset }, 80);
        expect(found.map(describeDisagreement)).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});
