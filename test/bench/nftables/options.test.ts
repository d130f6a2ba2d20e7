import { describe, expect, test } from 'vitest';
import { nftablesBenchOptions } from '../../../bench/nftables/options.ts';
import { sustainedOptions } from '../../../bench/sustained/options.ts';

describe('the options of the nftables benchmark', () => {
  test('measure four sizes by default', () => {
    const options = nftablesBenchOptions([]);
    expect(options).toMatchObject({ task: 'measure', sizes: { length: 4 } });
  });

  test('name the sizes to measure', () => {
    expect(nftablesBenchOptions(['1000x10', '45000x1'])).toEqual({
      task: 'measure',
      sizes: [
        { services: 1_000, endpoints: 10 },
        { services: 45_000, endpoints: 1 },
      ],
    });
  });

  test('name a revision to measure beside', () => {
    expect(nftablesBenchOptions(['20x3', '--against', 'v0.1.0'])).toEqual({
      task: 'measure',
      sizes: [{ services: 20, endpoints: 3 }],
      against: 'v0.1.0',
    });
  });

  test('ask for a profile of one size instead', () => {
    expect(nftablesBenchOptions(['--profile', '20x3'])).toEqual({
      task: 'profile',
      size: { services: 20, endpoints: 3 },
    });
  });

  test.each(['1000', 'x10', '0x10', '10x0', '100001x1', '100000x11', ' 1x1'])(
    'do not take %j as a size',
    (text) => {
      expect(() => nftablesBenchOptions([text])).toThrow(`got "${text}"`);
    },
  );

  test('do not take an option that nobody knows', () => {
    expect(() => nftablesBenchOptions(['--services', '10'])).toThrow('--services');
  });
});

describe('the options of the sustained benchmark', () => {
  test('are 200 changes a second for five minutes by default', () => {
    expect(sustainedOptions([])).toEqual({
      size: { services: 10_000, endpoints: 10 },
      seconds: 300,
      rate: 200,
    });
  });

  test('are taken from the arguments', () => {
    expect(sustainedOptions(['--seconds', '5', '--rate=50', '--size', '100x2'])).toEqual({
      size: { services: 100, endpoints: 2 },
      seconds: 5,
      rate: 50,
    });
  });

  test.each([
    [['--seconds', '0'], '--seconds: must be a whole number from 1 to 86400, got "0"'],
    [['--rate', 'fast'], '--rate: must be a whole number from 1 to 10000, got "fast"'],
    [['--size', '10'], 'got "10"'],
  ])('refuse %j', (args, message) => {
    expect(() => sustainedOptions(args)).toThrow(message);
  });
});
