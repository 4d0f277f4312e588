import { describe, expect, it } from 'vitest';
import { createHealthTable, packHealth, UNKNOWN_WORD, unpackHealth } from '../../../src/health/health-table.ts';
import { wordsShifted, wordsWithout } from '../../../src/health/planned-words.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { shift } from '../../tools/override.ts';

const spec = (value: string, region: string | null, status: 'obey' | 'up' | 'down' = 'obey', name = 'www.example.') =>
  endpointSpec(value, { name, region, status });
const endpoints = [
  spec('192.0.2.1', 'eu'),
  spec('192.0.2.2', 'eu', 'up'),
  spec('192.0.2.3', 'us'),
  spec('192.0.2.4', null),
];

describe('the words without a region', () => {
  it('bar what obeys its health, drain what is up whatever anybody sees, and leave the others', () => {
    const words = createHealthTable(4);
    const next = [...wordsWithout(words, endpoints, new Set(['eu'])).subarray(0, 4)].map(unpackHealth);
    expect(next.map(({ barred }) => barred)).toEqual([true, true, false, false]);
    expect(next.map(({ factor }) => factor)).toEqual([1024, 0, 1024, 1024]);
    expect([...words.subarray(0, 4)]).toEqual([UNKNOWN_WORD, UNKNOWN_WORD, UNKNOWN_WORD, UNKNOWN_WORD]);
  });

  it('remember who was healthy last: whoever is left, or when nobody is, whoever was before', () => {
    const lastGood = (regions: string[]) =>
      [...wordsWithout(createHealthTable(3), endpoints.slice(0, 3), new Set(regions)).subarray(0, 3)].map(
        (word) => unpackHealth(word).lastGood,
      );
    expect(lastGood(['eu'])).toEqual([false, false, true]);
    expect(lastGood(['eu', 'us'])).toEqual([true, true, true]);
    const down = packHealth({ ...unpackHealth(UNKNOWN_WORD), barred: true });
    const words = createHealthTable(2);
    words.set([down, packHealth({ ...unpackHealth(down), lastGood: true })]);
    const both = [spec('192.0.2.1', 'eu'), spec('192.0.2.2', 'eu')];
    const kept = [...wordsWithout(words, both, new Set(['eu'])).subarray(0, 2)].map(
      (word) => unpackHealth(word).lastGood,
    );
    expect(kept).toEqual([false, true]);
  });
});

describe('the words under a shift', () => {
  it('have its factor where it is for the endpoint and smaller than what counts already', () => {
    const words = createHealthTable(4);
    words[0] = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor: 100 });
    const half = shift('s1', { scope: 'region', target: 'eu', factor: 0.5 });
    const next = [...wordsShifted(words, endpoints, half).subarray(0, 4)].map(unpackHealth);
    expect(next.map(({ factor }) => factor)).toEqual([100, 512, 1024, 1024]);
    expect(next.map(({ shifted }) => shifted)).toEqual([true, true, false, false]);
  });

  it('keep a trace of weight for anything but 0, and are the same for a resume', () => {
    const factorOf = (factor: number) =>
      unpackHealth(wordsShifted(createHealthTable(4), endpoints, shift('s1', { target: 'eu', factor }))[0]!).factor;
    expect(factorOf(0.0001)).toBe(1);
    expect(factorOf(0)).toBe(0);
    const resume = shift('s1', { target: 'eu', factor: 1, isResume: true });
    expect([...wordsShifted(createHealthTable(4), endpoints, resume)]).toEqual([...createHealthTable(4)]);
  });
});
