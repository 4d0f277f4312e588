import { expect, it } from 'vitest';
import { answerFlows, bowPath } from '../../../src/console/answer-flows.ts';

const served = (code: string, ...all: { by: string; share: number }[]) =>
  [code, { code, by: all[0]!.by, share: all[0]!.share, clients: 0.1, all }] as const;

it('makes a line for each region that serves a part of a country, the largest first', () => {
  const places = [
    { place: 'EU-DE@+50.000+010.000', queries: 30 },
    { place: 'NA-US-CA@+37.000-122.000', queries: 60 },
    { place: 'EU-DE-BE@+50.000+010.000', queries: 10 },
  ];
  const countries = new Map([
    served('DE', { by: 'eu', share: 0.75 }, { by: 'us', share: 0.25 }),
    served('US', { by: 'us', share: 1 }),
  ]);
  const flows = answerFlows({ places }, countries);
  expect(flows.map(({ country, by, weight }) => [country, by, weight])).toEqual([
    ['US', 'us', 0.6],
    ['DE', 'eu', 0.3],
    ['DE', 'us', 0.1],
  ]);
  expect(flows[0]!.latitude).toBeCloseTo(37);
  expect(flows[0]!.longitude).toBeCloseTo(-122);
});

it('finds the middle of places on both sides of the date line where it is', () => {
  const places = [
    { place: 'OC-FJ@+00.000+179.000', queries: 1 },
    { place: 'OC-FJ@+00.000-179.000', queries: 1 },
  ];
  const [flow] = answerFlows({ places }, new Map([served('FJ', { by: 'ap', share: 1 })]));
  expect(Math.abs(flow!.longitude)).toBeCloseTo(180);
});

it('leaves out what has no place or nobody who serves it, and is bounded', () => {
  const places = [
    { place: 'unknown', queries: 5 },
    { place: 'EU-DE', queries: 5 },
    { place: 'EU-FR@+48.000+002.000', queries: 5 },
  ];
  expect(answerFlows({ places }, new Map([served('DE', { by: 'eu', share: 1 })]))).toEqual([]);
  const codes = Array.from({ length: 200 }, (_, i) => String.fromCharCode(65 + Math.floor(i / 26), 65 + (i % 26)));
  const many = codes.map((code) => ({ place: `EU-${code}@+01.000+001.000`, queries: 1 }));
  expect(
    answerFlows({ places: many }, new Map(codes.map((code) => served(code, { by: 'eu', share: 1 })))),
  ).toHaveLength(60);
});

it('bends towards the top', () => {
  expect(bowPath([0, 100], [100, 100])).toBe('M0 100Q50 78 100 100');
});
