import { describe, expect, it } from 'vitest';
import type { MapRecord } from '../../../src/console/api-answers.ts';
import {
  movedCountries,
  recordKey,
  servedCountries,
  servedNames,
  servedText,
  totalShares,
} from '../../../src/console/map-shares.ts';

const pool = (name: string | null, share: number, region: string | null = null) => ({ pool: name, region, share });
const record = (pools: MapRecord['countries'][number]['pools']): MapRecord => ({
  zone: 'example.com.',
  name: 'www.example.com.',
  type: 'A',
  countries: [
    { country: 'US', clients: 0.75, client: '192.0.2.1', pools },
    { country: null, clients: 0.25, client: null, pools: [pool(null, 1)] },
  ],
});

describe('shares of the map', () => {
  const split = servedCountries(record([pool('a', 0.3, 'eu'), pool('b', 0.5, 'us'), pool('c', 0.2, 'eu')]));

  it('are by region, pools of one region together, the largest first', () => {
    expect(split.get('US')).toMatchObject({ by: 'eu', share: 0.5 });
    expect(split.get('US')!.all.map(({ by }) => by)).toEqual(['eu', 'us']);
    expect(servedText(split.get('US')!)).toBe('eu 50 %, us 50 %');
  });

  it('name the pool where it states no region, and what is no pool', () => {
    expect(servedText(servedCountries(record([pool('a', 1)])).get('US')!)).toBe('a');
    expect(split.get('')!.by).toBe("the record's own values");
  });

  it('sum up to all clients', () => {
    const totals = totalShares(split.values());
    expect(totals.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(totals.find(({ by }) => by === 'us')!.share).toBeCloseTo(0.375, 12);
  });

  it('tell which countries move', () => {
    const after = servedCountries(record([pool('a', 0.5, 'eu'), pool('b', 0.5, 'asia')]));
    expect([...movedCountries(split, after)]).toEqual(['US']);
    expect([...movedCountries(split, split)]).toEqual([]);
  });

  it('are of everybody who serves anything', () => {
    expect(new Set(servedNames(split))).toEqual(new Set(['eu', 'us', "the record's own values"]));
  });

  it('belong to a record by name and type', () => expect(recordKey(record([]))).toBe('www.example.com. A'));
});
