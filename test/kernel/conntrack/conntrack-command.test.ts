import { describe, expect, test } from 'vitest';
import { parseFlow } from '../../../src/kernel/conntrack/conntrack-command.ts';
import { flow } from '../../support/conntrack/fake-table.ts';

describe('a line of conntrack -L', () => {
  const tuples =
    'src=10.1.0.1 dst=10.96.0.10 sport=1024 dport=53 [UNREPLIED] src=10.244.0.1 dst=10.1.0.1 sport=5353 dport=1024';

  test('is a flow', () => {
    expect(parseFlow(`udp      17 299 ${tuples} mark=0 use=1`)).toEqual(
      flow('udp 10.96.0.10:53 -> 10.244.0.1:5353'),
    );
  });

  test('has counters in between where they are on', () => {
    const counted = tuples.replace('[UNREPLIED]', 'packets=1 bytes=29');
    expect(parseFlow(`udp      17 29 ${counted} packets=1 bytes=29 [ASSURED] mark=0 use=1`)).toEqual(
      flow('udp 10.96.0.10:53 -> 10.244.0.1:5353'),
    );
  });

  test.each(['zone=7', 'zone-orig=7', 'zone-reply=7'])('is none where it has %s', (zone) => {
    expect(parseFlow(`udp      17 299 ${tuples} mark=0 ${zone} use=1`)).toBeUndefined();
  });

  test('is none of another protocol', () => {
    expect(parseFlow(`tcp      6 299 ESTABLISHED ${tuples} mark=0 use=1`)).toBeUndefined();
  });
});
